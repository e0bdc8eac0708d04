"""What the campaign brings to the chat: arrivals by a poster's QR, and materials to print or pass on."""
