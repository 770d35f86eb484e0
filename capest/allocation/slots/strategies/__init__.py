"""Strategies of `allocation.slots`: one file each."""
