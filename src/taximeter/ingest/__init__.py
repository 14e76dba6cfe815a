"""The life of a usage event: checked, handed to the writer, deduplicated, appended, durable."""
