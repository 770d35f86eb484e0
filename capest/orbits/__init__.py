"""Where satellites are: Walker shells, catalogues of element sets, geostationary slots."""
