"""Strategies of `allocation.cells`: one file each."""
