"""Sends the rows of the outbox: replies, officers' answers, reminders, codes, notices. Invariant: a row is marked only after the channel's answer."""
