"""A result as one page that can be filed: HTML that needs no network."""
