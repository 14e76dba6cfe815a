"""`taximeter explain`: an invoice, or a line of one, down to its events."""
