"""Launcher of the pair kernels ``sinr.cu``, ``powers.cu`` and ``uplink.cu``."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.arguments import SatelliteDownlink, SatelliteUplink
from capest.backend.cuda_launcher import COMMON_OPTIONS, NULL, CudaLauncher

MAX_COLOURS = 7
"""Largest number of reuse colours for which the downlink kernel keeps its state in registers."""


def shared_table_bytes(entries: int, limit: int) -> int:
    """Size of a pattern's table in shared memory, 0 if it is too long to go there."""
    table_bytes = 8 * entries
    return table_bytes if table_bytes <= limit else 0


def sinr_options(
    colours: int, all_lit: bool, serving_given: bool, table_in_shared: bool
) -> tuple[str, ...]:
    """Compile options of ``sinr.cu``."""
    return (
        *COMMON_OPTIONS,
        f"-DCOLOURS={colours}",
        f"-DALL_LIT={int(all_lit)}",
        f"-DSERVING_GIVEN={int(serving_given)}",
        f"-DPATTERN_IN_SHARED={int(table_in_shared)}",
    )


def uplink_options(table_in_shared: bool) -> tuple[str, ...]:
    """Compile options of ``uplink.cu`` and ``powers.cu``."""
    return (*COMMON_OPTIONS, f"-DPATTERN_IN_SHARED={int(table_in_shared)}")


class CudaPairKernels(CudaLauncher):
    """The kernels over pairs of a user and a beam, where a trial spends its time."""

    def downlink_sinr(self, links: SatelliteDownlink) -> tuple[Any, Any, Any]:
        """Serving beam, carrier and interference; kernel ``downlink_sinr`` in ``sinr.cu``.

        Raises
        ------
        ValueError
            If there is no beam, or ``colours`` is out of range.
        """
        colours = links.colours
        if not 1 <= colours <= MAX_COLOURS:
            raise ValueError(f"colours = {colours}: the kernel takes 1 to {MAX_COLOURS}")
        satellites, users = links.gain.shape
        (beams,) = links.beam_power.shape
        if beams == 0:
            raise ValueError("beam_power is empty: there is no beam to serve anybody")
        entries = len(links.pattern)
        table_bytes = shared_table_bytes(entries, self.device.shared_bytes)
        serving = self.xp.empty(users, dtype=np.int32)
        given = NULL
        if links.serving is not None:
            given = self._array("serving", links.serving, np.int32, (users,))
        carrier = self.xp.empty(users, dtype=np.float32)
        interference = self.xp.empty(users, dtype=np.float32)
        segments = satellites * colours + 1
        arguments = (
            self._array("user", links.user, np.float32, (satellites, 3, users)),
            self._array("gain", links.gain, np.float32, (satellites, users)),
            self._array("user_trial", links.user_trial, np.int32, (users,)),
            self._array("beam", links.beam, np.float32, (3, beams)),
            self._array("beam_power", links.beam_power, np.float32, (beams,)),
            self._array("segment_start", links.segment_start, np.int32, (segments,)),
            self._lit(links.lit, beams),
            self._array("pattern", links.pattern, np.float32, (entries, 2)),
            given,
            serving,
            carrier,
            interference,
            np.int32(entries),
            np.int64(users),
            np.int32(satellites),
            np.int32(beams),
        )
        options = sinr_options(
            colours, links.lit is None, links.serving is not None, table_bytes > 0
        )
        self._launch(
            ("sinr.cu", options),
            "downlink_sinr",
            users,
            arguments,
            table_bytes,
        )
        return serving, carrier, interference

    def beam_powers(self, links: SatelliteDownlink) -> Any:
        """Power of each beam at each user; kernel ``beam_powers`` in ``powers.cu``.

        Raises
        ------
        ValueError
            If there is no colour.
        """
        colours = links.colours
        if colours < 1:
            raise ValueError(f"colours = {colours}: there must be one at least")
        satellites, users = links.gain.shape
        (beams,) = links.beam_power.shape
        entries = len(links.pattern)
        table_bytes = shared_table_bytes(entries, self.device.shared_bytes)
        powers = self.xp.empty((beams, users), dtype=np.float32)
        segments = satellites * colours + 1
        arguments = (
            self._array("user", links.user, np.float32, (satellites, 3, users)),
            self._array("gain", links.gain, np.float32, (satellites, users)),
            self._array("beam", links.beam, np.float32, (3, beams)),
            self._array("beam_power", links.beam_power, np.float32, (beams,)),
            self._array("segment_start", links.segment_start, np.int32, (segments,)),
            self._array("pattern", links.pattern, np.float32, (entries, 2)),
            powers,
            np.int32(entries),
            np.int64(users),
            np.int32(satellites),
            np.int32(colours),
            np.int32(beams),
        )
        self._launch(
            ("powers.cu", uplink_options(table_bytes > 0)),
            "beam_powers",
            users,
            arguments,
            table_bytes,
        )
        return powers

    def uplink_sinr(self, links: SatelliteUplink) -> tuple[Any, Any]:
        """Carrier and interference of receive beams; kernel ``uplink_sinr`` in ``uplink.cu``.

        Raises
        ------
        ValueError
            If there is no colour.
        """
        colours = links.colours
        if colours < 1:
            raise ValueError(f"colours = {colours}: there must be one at least")
        satellites, users = links.gain.shape
        drops, beams = links.scheduled.shape
        entries = len(links.pattern)
        table_bytes = shared_table_bytes(entries, self.device.shared_bytes)
        carrier = self.xp.empty((drops, beams), dtype=np.float32)
        interference = self.xp.empty((drops, beams), dtype=np.float32)
        segments = satellites * colours + 1
        arguments = (
            self._array("user", links.user, np.float32, (satellites, 3, users)),
            self._array("gain", links.gain, np.float32, (satellites, users)),
            self._array("scheduled", links.scheduled, np.int32, (drops, beams)),
            self._array("beam", links.beam, np.float32, (3, beams)),
            self._array("beam_power", links.beam_power, np.float32, (beams,)),
            self._array("segment_start", links.segment_start, np.int32, (segments,)),
            self._array("pattern", links.pattern, np.float32, (entries, 2)),
            carrier,
            interference,
            np.int32(entries),
            np.int64(users),
            np.int32(drops),
            np.int32(satellites),
            np.int32(colours),
            np.int32(beams),
        )
        self._launch(
            ("uplink.cu", uplink_options(table_bytes > 0)),
            "uplink_sinr",
            drops * beams,
            arguments,
            table_bytes,
        )
        return carrier, interference
