"""Published models as pure functions on arrays; one model, one function, one source."""
