"""What figures are, how blocks of trials reduce to them, and how sure they are."""
