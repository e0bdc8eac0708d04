"""Pages about people's accounts: a password set anew at the counter."""
