"""Which cells are lit in which slot of a frame, and what users are served then."""
