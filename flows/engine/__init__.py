"""The conversation engine: (state, event, content) -> (state, replies, effects). Invariant: pure, and no flow is named here; what it needs to know is declared on Flow and Step."""
