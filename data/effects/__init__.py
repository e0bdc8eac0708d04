"""How effects are carried out inside a turn, one file a subject. Invariant: each awaited effect has exactly one handler, which returns one of its outcomes."""
