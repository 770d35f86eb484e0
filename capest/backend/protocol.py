"""What a trial asks of a backend."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from capest.backend.arguments import (
    AttachedLinks,
    BeamShares,
    CallEvents,
    CallQueues,
    ConstellationDownlink,
    ConstellationUplink,
    LinkAdaptation,
    SatelliteDownlink,
    SatelliteUplink,
)

HEARD_UNIT = 2.0**-24
"""Noise powers that a whole number of `Kernels.constellation_uplink` stands for."""

MOST_HEARD = 2.0**24
"""Noise powers that a few users at a time can add to a beam: sums of them fit 64 bits."""

Groups = dict[str, dict[str, Any]]
"""Arrays by group and name, such as those of a ``BlockResult``."""


class Transfer(Protocol):
    """Arrays on their way to the host."""

    def wait(self) -> Groups:
        """Wait until they are there, as NumPy arrays."""


class Kernels(Protocol):
    """The array kernels of a backend (``backend.numpy_kernels``, ``backend.cuda_kernels``).

    What they take is in `arguments`, what they return is said here, once for all backends. A GPU
    refuses an array of another type (``TypeError``) or shape (``ValueError``).
    """

    name: str

    @property
    def xp(self) -> Any:
        """Array module of its arrays."""

    def philox_words(
        self, *, seed: int, purpose: int, first_trial: int, trials: int, entities: int
    ) -> Any:
        """Random words by position (Philox4x64-10).

        Parameters
        ----------
        seed, purpose : int
            Key words, below 2⁶⁴.
        first_trial, trials, entities : int
            Which positions; ``entities`` at most 2²⁰.

        Returns
        -------
        uint64 array (trials, entities, 4)
        """

    def philox_uniforms(
        self, *, seed: int, purpose: int, first_trial: int, trials: int, entities: int, count: int
    ) -> Any:
        """Uniforms from the first ``count`` of the four random words of each position.

        Returns
        -------
        float64 array (count, trials · entities)
            ((word >> 11) + 1/2) · 2⁻⁵³ rounded once, in the open interval (0, 1).
        """

    def downlink_sinr(self, links: SatelliteDownlink) -> tuple[Any, Any, Any]:
        """Serving beam, carrier and interference of users in the beams of satellites.

        Returns
        -------
        serving : int32 array (users,)
            The beam that is given; else the strongest, lit or not.
        carrier : float32 array (users,)
            Its power in units of the user's noise; 0 without a beam, as the interference.
        interference : float32 array (users,)
            Power of all other lit beams of its colour, in the same units.
        """

    def beam_powers(self, links: SatelliteDownlink) -> Any:
        """Power of each beam at each user, lit or dark, whatever its colour.

        Returns
        -------
        float32 array (beams, users)
            In units of the user's noise.
        """

    def uplink_sinr(self, links: SatelliteUplink) -> tuple[Any, Any]:
        """Carrier and interference at every receive beam.

        Returns
        -------
        carrier : float32 array (drops, beams)
            Power of the beam's own user in units of noise; 0 if it has none.
        interference : float32 array (drops, beams)
            Power of the users of all other beams of its colour, in the same units; also where
            the beam itself has no user.
        """

    def constellation_sinr(self, links: ConstellationDownlink) -> tuple[Any, Any]:
        """Carrier and interference of users with given beams under many satellites.

        Returns
        -------
        carrier : float32 array (users,)
            Of the serving beam, in units of noise; 0 for none.
        interference : float32 array (users,)
            Of all other beams of its colour of all satellites heard; 0 for a user without a beam.
            With two branches: of the own satellite's, and what combining leaves of other ones.
        """

    def constellation_uplink(self, sent: ConstellationUplink) -> Any:
        """Sum what every receive beam of many satellites hears of the users of others.

        Returns
        -------
        int64 array (sums, beams)
            Power of the users of all other beams of its colour, of all satellites, that see the
            beam's satellite above the lowest sine of elevation; in units of ``HEARD_UNIT``.
            0 for a dark beam.
        """

    def beam_sums(self, links: AttachedLinks) -> tuple[Any, Any]:
        """Efficiency per user and sums per beam.

        Returns
        -------
        efficiency : float32 array (users,)
            bit/s/Hz; zero where the beam is dark or the SINR too low.
        sums : int64 array (trials, beams, 5)
            Users attached; users served; sums over served users of efficiency · 2²⁴ and of
            2²⁴ / efficiency; sum over users of lit beams of SINR in dB · 2¹⁶.
        """

    def user_throughput(self, shares: BeamShares) -> Any:
        """Throughput of each user.

        Returns
        -------
        float32 array (users,)
            bit/s per Hz of beam bandwidth; zero for users not served.
        """

    def link_efficiency(self, sinr: Any, adaptation: LinkAdaptation) -> Any:
        """Efficiency of links by their linear SINR, float32 array (users,).

        Returns
        -------
        float32 array (users,)
            bit/s/Hz; zero where the SINR is too low.
        """

    def beam_best(
        self, *, efficiency: Any, serving: Any, user_trial: Any, trials: int, beams: int
    ) -> Any:
        """Greatest efficiency of a beam's users.

        Parameters
        ----------
        efficiency : float32 array (users,)
        serving, user_trial : int32 array (users,)
            The beam is not read where the efficiency is zero.
        trials, beams : int

        Returns
        -------
        float32 array (trials, beams)
            Zero where a beam serves nobody.
        """

    def admit_calls(self, queues: CallQueues) -> tuple[Any, Any]:
        """Admit the users of every beam in turn.

        Returns
        -------
        admitted : uint8 array (users,)
        left : int64 array (groups, 2)
            What remains of the downlink and of the uplink.
        """

    def simulate_calls(self, calls: CallEvents) -> Any:
        """Let calls arrive and end in every beam.

        Returns
        -------
        int64 array (groups, 2)
            Calls asked for, and of these blocked.
        """

    def count_values(
        self,
        values: Any,
        weight: Any | None,
        *,
        low: float,
        inverse_step: float,
        bins: int,
        logarithmic: bool,
    ) -> Any:
        """Count values into equal bins.

        Parameters
        ----------
        values : float64 array (n,)
            Infinities, and on a logarithmic axis zero, are legal.
        weight : int32 array (n,) or None
            How often each value counts, not negative; ``None``: once.
        low, inverse_step : float
            Lower edge of bin 1, and regular bins per unit (per decade if ``logarithmic``).
        bins : int
            With bin 0 for what is below and the last one for what is above; a GPU takes
            ``cuda_histogram.MOST_BINS`` at most.
        logarithmic : bool
            Bin the decadic logarithm.

        Returns
        -------
        int64 array (bins,)
        """

    def count_numbers(self, numbers: Any, size: int) -> Any:
        """How often each number from 0 to ``size`` occurs; negative ones do not count."""

    def select(self, chosen: Any, *arrays: Any) -> tuple[Any | None, tuple[Any, ...]]:
        """Select entries of some arrays for counting: a weight for each entry, and the arrays.

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
