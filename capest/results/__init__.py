"""Results: the schema, block files, the NetCDF file, and reading it back."""
