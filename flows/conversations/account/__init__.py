"""Changing the password of an account here, where the office has accounts of its own: part of the password flow."""
