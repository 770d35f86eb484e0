"""Circular aperture, uniformly lit, TR 38.811 clause 6.4.1; zero behind it."""

from __future__ import annotations

from capest.physics.antenna import Beam, Pattern, dish


def pattern(beam: Beam) -> Pattern:
    """Pattern of a dish, see `antenna.dish`."""
    return dish(beam.reduced_aperture)
