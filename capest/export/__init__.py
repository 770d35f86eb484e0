"""Values of a result in the formats of other tools."""
