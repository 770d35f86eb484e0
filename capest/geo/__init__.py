"""Geography: regions, where people live, and Earth-fixed cells; needs NumPy only."""
