"""What a satellite may serve at most: one file a limit."""
