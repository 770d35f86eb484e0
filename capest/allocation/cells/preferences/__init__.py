"""Preferences of `allocation.cells`: one file each."""
