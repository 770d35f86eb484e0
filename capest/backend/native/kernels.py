"""The array kernels of a trial on the CPU, compiled where that pays, NumPy's elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.arguments import (
    ConstellationDownlink,
    ConstellationUplink,
    SatelliteDownlink,
    SatelliteUplink,
)
from capest.backend.native import constellation, pairs
from capest.backend.native.library import Library
from capest.backend.numpy_kernels import NumpyKernels


class NativeKernels(NumpyKernels):
    """Same names, arguments and results as `NumpyKernels`; see ``protocol.Kernels``.

    Parameters
    ----------
    library : Library
        From ``native.library.library``.
    """

    name = "native"

    def __init__(self, library: Library) -> None:
        self._library = library

    def downlink_sinr(self, links: SatelliteDownlink) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Serving beam, carrier and interference, compiled."""
        return pairs.downlink_sinr(self._library, links)

    def beam_powers(self, links: SatelliteDownlink) -> np.ndarray:
        """Power of each beam at each user, compiled."""
        return pairs.beam_powers(self._library, links)

    def uplink_sinr(self, links: SatelliteUplink) -> tuple[np.ndarray, np.ndarray]:
        """Carrier and interference at every receive beam, compiled."""
        return pairs.uplink_sinr(self._library, links)

    def constellation_sinr(self, links: ConstellationDownlink) -> tuple[np.ndarray, np.ndarray]:
        """Carrier and interference of users with given beams, compiled."""
        return constellation.constellation_sinr(self._library, links)

    def constellation_uplink(self, sent: ConstellationUplink) -> np.ndarray:
        """Sum what every receive beam hears of the users of others, compiled."""
        return constellation.constellation_uplink(self._library, sent)
