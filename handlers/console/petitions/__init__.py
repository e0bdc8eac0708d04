"""The console's pages of petitions."""
