"""What a message means. Invariant: readers propose, and say how sure they are; only the engine decides."""
