"""What no plan can exceed; one bound = one file."""
