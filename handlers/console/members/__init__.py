"""Members of staff, as admins see them."""
