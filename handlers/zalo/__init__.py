"""Zalo: two doors, the Official Account (oa/) and the Bot Platform (bot/), and what they share.

Invariant: nothing here logs an address or a body: the Bot's token stands in the one, people's words in the other.
"""
