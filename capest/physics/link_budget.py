"""Noise and power terms of the link budget (TR 38.821 clause 6.1.3.1)."""

from __future__ import annotations

import math

from capest.physics.constants import BOLTZMANN_DBW_PER_K_HZ, REFERENCE_TEMPERATURE_K


def noise_temperature_k(noise_figure_db: float, antenna_temperature_k: float) -> float:
    """System noise temperature at the antenna port, Ta + T0 (F - 1), TR 38.821 clause 6.1.3.1."""
    factor = 10.0 ** (noise_figure_db / 10.0)
    return antenna_temperature_k + REFERENCE_TEMPERATURE_K * (factor - 1.0)


def g_over_t_db_per_k(
    antenna_gain_dbi: float, noise_figure_db: float, antenna_temperature_k: float
) -> float:
    """Figure of merit of a receiver; -31.62 dB/K for the 3GPP handheld (R1-1913224)."""
    temperature_k = noise_temperature_k(noise_figure_db, antenna_temperature_k)
    return antenna_gain_dbi - 10.0 * math.log10(temperature_k)


def noise_density_dbw_per_hz(noise_figure_db: float, antenna_temperature_k: float) -> float:
    """Noise power density k T of a receiver in dBW/Hz."""
    temperature_k = noise_temperature_k(noise_figure_db, antenna_temperature_k)
    return BOLTZMANN_DBW_PER_K_HZ + 10.0 * math.log10(temperature_k)
