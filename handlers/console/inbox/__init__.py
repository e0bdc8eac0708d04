"""The inbox: its lists, drafts, and the end of a session."""
