"""Usage from files: rows of Stripe's three formats, read in chunks and recorded as batches."""
