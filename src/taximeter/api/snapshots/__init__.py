"""Events from changes: what a transaction did to the records, as snapshots of what it did it to."""
