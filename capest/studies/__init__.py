"""Runs in a pattern that answer one question."""
