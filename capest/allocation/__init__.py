"""Which satellite lights which cell (`cells`), which cells are lit when (`slots`), and bounds."""
