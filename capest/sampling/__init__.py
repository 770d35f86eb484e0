"""Random draws by position, and users placed from them."""
