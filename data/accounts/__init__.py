"""VssID accounts and the changing of their passwords: the port, the accounts of our own, and the changes on their way."""
