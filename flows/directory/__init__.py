"""Whom the appendix names: contacts found by block, department, name or phone. Invariant: a near miss is suggested, never asserted."""
