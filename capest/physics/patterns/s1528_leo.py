"""Envelope of Recommendation ITU-R S.1528-0, recommends 1.3, for LEO satellites."""

from __future__ import annotations

import numpy as np

from capest.physics.antenna import Beam, Pattern

WIDTH_FROM = "hpbw_deg"


def pattern(beam: Beam) -> Pattern:
    """Reference pattern of a beam by its half-power width and its gain.

    With psi_b half the half-power beamwidth and Y = 1.5 psi_b: -3 (psi/psi_b)² dB up to Y, then
    -6.75 - 25 lg(psi/Y) dB, at least 5 dBi.
    """
    half_width_deg = 0.5 * beam.hpbw_deg
    near_deg = 1.5 * half_width_deg

    def amplitude(chord: np.ndarray) -> np.ndarray:
        psi_deg = np.degrees(2.0 * np.arcsin(np.clip(0.5 * chord, 0.0, 1.0)))
        beyond_db = -6.75 - 25.0 * np.log10(np.maximum(psi_deg, near_deg) / near_deg)
        main_db = -3.0 * (psi_deg / half_width_deg) ** 2
        relative_db = np.where(psi_deg <= near_deg, main_db, beyond_db)
        far_db = np.minimum(5.0 - beam.gain_dbi, 0.0)
        return 10.0 ** (np.maximum(relative_db, far_db) / 20.0)

    return amplitude
