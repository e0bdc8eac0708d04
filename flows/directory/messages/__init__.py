"""Whole messages about contacts: what they hold and what they want, weighed. Invariant: evidence is collected first, one place decides (settle.py)."""
