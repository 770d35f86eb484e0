"""Sections of a report: a file a section."""
