"""The conversations, one file a flow: its table of steps first, what the steps say and parse below. Invariant: pure tables; what lasts is asked for as an effect."""
