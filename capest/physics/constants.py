"""Physical constants."""

EARTH_RADIUS_M = 6_371_000.0
"""Radius of the spherical Earth, TR 38.811 clause 6.3."""

SPEED_OF_LIGHT_M_PER_S = 299_792_458.0
"""Exact, SI."""

BOLTZMANN_DBW_PER_K_HZ = -228.6
"""Boltzmann's constant as link budgets round it, TR 38.821 clause 6.1.3.1."""

REFERENCE_TEMPERATURE_K = 290.0
"""Reference temperature of the noise figure (IEEE standard noise temperature)."""

URBAN_SIGMA_DB = 4.0
"""Shadow fading of urban links in line of sight, TR 38.811 Table 6.6.2-2."""

SCINTILLATION_FROM_GHZ = 6.0
"""Carriers from which tropospheric scintillation counts, TR 38.811 clause 6.6.6."""
