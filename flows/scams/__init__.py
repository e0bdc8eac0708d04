"""Swindles: what tells of one, what is exact about an address or a number, and what is said about it."""
