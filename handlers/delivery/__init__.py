"""What leaves on its own: replies, officers' words, codes, notices. Invariant: a row is marked only after the channel's answer."""
