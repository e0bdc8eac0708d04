"""One turn, whatever the door. Invariant: nothing is acknowledged or said before it is committed."""
