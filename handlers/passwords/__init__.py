"""What happens with a password that was typed on the secure page, or at the terminal in its place."""

from handlers.passwords.changing import PageAnswer, Passwords, Told

__all__ = ["PageAnswer", "Passwords", "Told"]
