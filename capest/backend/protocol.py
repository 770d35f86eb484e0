"""What a trial asks of a backend."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np


class Kernels(Protocol):
    """The array kernels of a backend (``backend.numpy_kernels``, ``backend.cuda_kernels``)."""

    name: str
    xp: Any

    def philox_words(
        self, seed: int, purpose: int, first_trial: int, trials: int, entities: int
    ) -> Any:
        """Random words by position."""

    def downlink_sinr(self, *arguments: Any) -> tuple[Any, Any, Any]:
        """Serving beam, carrier and interference per user."""

    def uplink_sinr(self, *arguments: Any) -> tuple[Any, Any]:
        """Carrier and interference per drop and receive beam."""

    def constellation_sinr(self, *arguments: Any) -> tuple[Any, Any]:
        """Carrier and interference of users with given beams under many satellites."""

    def beam_sums(self, *arguments: Any) -> tuple[Any, Any]:
        """Efficiency per user and sums per beam."""

    def user_throughput(self, *arguments: Any) -> Any:
        """Throughput per user and Hz."""


def on_host(array: Any) -> np.ndarray:
    """Bring an array of either backend to NumPy."""
    return array.get() if hasattr(array, "get") else np.asarray(array)
