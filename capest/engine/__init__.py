"""One trial of a scenario, from random numbers to throughput."""
