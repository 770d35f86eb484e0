"""``ds.capest``: what a dataset of capest says and shows."""
