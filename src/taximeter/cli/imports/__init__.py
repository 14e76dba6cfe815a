"""`taximeter import`: the command, its progress and its report."""
