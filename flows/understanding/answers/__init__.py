"""Natural answers to closed questions, days as people tell them, and facts told on the way."""
