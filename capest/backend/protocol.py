"""What a trial asks of a backend."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

Groups = dict[str, dict[str, Any]]
"""Arrays by group and name, such as those of a ``BlockResult``."""


class Transfer(Protocol):
    """Arrays on their way to the host."""

    def wait(self) -> Groups:
        """Wait until they are there, as NumPy arrays."""


class Kernels(Protocol):
    """The array kernels of a backend (``backend.numpy_kernels``, ``backend.cuda_kernels``)."""

    name: str

    @property
    def xp(self) -> Any:
        """Array module of its arrays."""

    def philox_words(
        self, seed: int, purpose: int, first_trial: int, trials: int, entities: int
    ) -> Any:
        """Random words by position."""

    def philox_uniforms(
        self, seed: int, purpose: int, first_trial: int, trials: int, entities: int, count: int
    ) -> Any:
        """Uniforms from the random words."""

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

    def link_efficiency(self, *arguments: Any) -> Any:
        """Efficiency of links by their SINR."""

    def beam_best(self, *arguments: Any) -> Any:
        """Greatest efficiency of a beam's users."""

    def admit_calls(self, *arguments: Any) -> tuple[Any, Any]:
        """Which users get what they need, and what is left of each beam."""

    def simulate_calls(self, *arguments: Any) -> Any:
        """How many calls that come and go find their beam taken."""

    def count_values(self, *arguments: Any) -> Any:
        """Histogram of a quantity."""

    def count_numbers(self, numbers: Any, size: int) -> Any:
        """How often each number from 0 to ``size`` occurs; negative ones do not count."""

    def select(self, chosen: Any, *arrays: Any) -> tuple[Any | None, tuple[Any, ...]]:
        """Weight of the entries of some arrays, and the arrays: all that takes to count the chosen.

        NumPy leaves the others out, and every entry counts once (``None``); a GPU keeps them, with
        a weight of 0.
        """

    def fetch(self, groups: Groups) -> Transfer:
        """Send arrays to the host as soon as they are computed, without waiting for them."""

    def free_bytes(self) -> int | None:
        """Memory that arrays may still take; ``None`` if that is no matter."""

    def release_memory(self) -> None:
        """Give back what is kept for arrays to come."""

    def wait(self) -> None:
        """Wait until all is computed that was started: for timing only."""


def on_host(array: Any) -> np.ndarray:
    """Bring an array of either backend to NumPy."""
    return array.get() if hasattr(array, "get") else np.asarray(array)
