"""The console's pages of the campaign: QR posters and what came of them."""
