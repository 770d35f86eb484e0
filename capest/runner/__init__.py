"""A run: planned, computed in batches, reduced, written; and sweeps of runs."""
