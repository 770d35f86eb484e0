"""capest against the calibration of 3GPP TR 38.821; study cases are data, not code."""
