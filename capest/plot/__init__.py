"""Pictures of results: one file of ``pictures`` is one picture."""
