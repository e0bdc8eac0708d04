"""Passwords and one-time codes in a text: found, warned about, never kept. Invariant: nothing here stores or returns the secret itself."""
