"""Surroundings of users; one environment = one table in this folder.

A table has the bands S (below 6 GHz) and Ka, and in each the elevations 10°, 20°, ..., 90°:
probability of line of sight in percent, standard deviation of shadow fading with and without line
of sight, clutter loss without, and the source. The file's name is the environment's.
"""

from __future__ import annotations

from capest.registry import Registry

ENVIRONMENTS = Registry("capest.physics.environments")
