"""`taximeter usage`: totals in a terminal, from a running server or from a stopped one's files."""
