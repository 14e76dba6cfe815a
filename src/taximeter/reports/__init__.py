"""What became of the events that were sent: error reports, counts by minute, rejected events."""
