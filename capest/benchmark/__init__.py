"""Speed of kernels and whole runs, with the accuracy reached, on this machine."""
