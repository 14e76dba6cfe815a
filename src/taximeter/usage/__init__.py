"""Usage read back: formulas, totals by window and dimension, and the events themselves."""
