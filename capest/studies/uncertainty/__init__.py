"""How sure an answer is: a range over the stated assumptions, and what it comes from."""
