"""Who pays which prices from when to when."""
