"""Many satellites over a region: what stays, what a trial draws, and what it yields."""
