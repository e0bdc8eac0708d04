"""Where secrets are typed: the one-time secure pages."""
