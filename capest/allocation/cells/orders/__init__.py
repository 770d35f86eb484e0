"""Orders of `allocation.cells`: one file each."""
