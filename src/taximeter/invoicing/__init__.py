"""From usage to bills: drafts, the grace period, finalization, and how each figure came about."""
