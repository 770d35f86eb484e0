"""Where batches run: in this process, or on Dask workers. Knows nothing of what a batch does."""
