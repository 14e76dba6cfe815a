"""`taximeter simulate`: past usage under other prices, in a terminal."""
