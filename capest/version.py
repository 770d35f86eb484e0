"""The version of capest, stamped on blocks and results."""

__version__ = "0.3.0"
