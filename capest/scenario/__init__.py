"""Scenarios: what to simulate, read from TOML, validated and fingerprinted."""
