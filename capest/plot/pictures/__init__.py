"""A picture a file: its first line is what it answers; ``why_not`` and ``draw`` are its parts."""
