"""How much of a key a network takes until a figure no longer meets a condition."""
