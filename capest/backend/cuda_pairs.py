"""Launcher of the pair kernels ``sinr.cu`` and ``uplink.cu``."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.cuda_launcher import COMMON_OPTIONS, CudaLauncher

MAX_COLOURS = 7
"""Largest number of reuse colours for which the downlink kernel keeps its state in registers."""


def shared_table_bytes(entries: int, limit: int) -> int:
    """Size of a pattern's table in shared memory, 0 if it is too long to go there."""
    table_bytes = 8 * entries
    return table_bytes if table_bytes <= limit else 0


def sinr_options(colours: int, all_lit: bool, table_in_shared: bool) -> tuple[str, ...]:
    """Compile options of ``sinr.cu``."""
    return (
        *COMMON_OPTIONS,
        f"-DCOLOURS={colours}",
        f"-DALL_LIT={int(all_lit)}",
        f"-DPATTERN_IN_SHARED={int(table_in_shared)}",
    )


def uplink_options(table_in_shared: bool) -> tuple[str, ...]:
    """Compile options of ``uplink.cu``."""
    return (*COMMON_OPTIONS, f"-DPATTERN_IN_SHARED={int(table_in_shared)}")


class CudaPairKernels(CudaLauncher):
    """The kernels over pairs of a user and a beam, where a trial spends its time."""

    def downlink_sinr(
        self,
        user_direction: Any,
        link_gain: Any,
        user_trial: Any,
        beam_direction: Any,
        beam_power: Any,
        segment_start: Any,
        beam_lit: Any,
        pattern: Any,
        colours: int,
    ) -> tuple[Any, Any, Any]:
        """Serving beam, carrier and interference; kernel ``downlink_sinr`` in ``sinr.cu``.

        Parameters
        ----------
        user_direction : float32 array (satellites, 3, users)
        link_gain : float32 array (satellites, users)
        user_trial : int32 array (users,)
        beam_direction : float32 array (3, beams)
        beam_power : float32 array (beams,)
        segment_start : int32 array (satellites · colours + 1,)
        beam_lit : uint8 array (trials, beams) or None
            None: all beams are lit.
        pattern : float32 array (n, 2)
        colours : int
            1 to 7.

        Returns
        -------
        serving_beam : int32 array (users,)
        carrier, interference : float32 array (users,)

        Raises
        ------
        TypeError
            If an array has another type of element.
        ValueError
            If an array has another shape, there is no beam, or ``colours`` is out of range.
        """
        if not 1 <= colours <= MAX_COLOURS:
            raise ValueError(f"colours = {colours}: the kernel takes 1 to {MAX_COLOURS}")
        satellites, users = link_gain.shape
        (beams,) = beam_power.shape
        if beams == 0:
            raise ValueError("beam_power is empty: there is no beam to serve anybody")
        entries = len(pattern)
        table_bytes = shared_table_bytes(entries, self.device.shared_bytes)
        serving_beam = self.xp.empty(users, dtype=np.int32)
        carrier = self.xp.empty(users, dtype=np.float32)
        interference = self.xp.empty(users, dtype=np.float32)
        segments = satellites * colours + 1
        arguments = (
            self._array("user_direction", user_direction, np.float32, (satellites, 3, users)),
            self._array("link_gain", link_gain, np.float32, (satellites, users)),
            self._array("user_trial", user_trial, np.int32, (users,)),
            self._array("beam_direction", beam_direction, np.float32, (3, beams)),
            self._array("beam_power", beam_power, np.float32, (beams,)),
            self._array("segment_start", segment_start, np.int32, (segments,)),
            self._lit(beam_lit, beams),
            self._array("pattern", pattern, np.float32, (entries, 2)),
            serving_beam,
            carrier,
            interference,
            np.int32(entries),
            np.int64(users),
            np.int32(satellites),
            np.int32(beams),
        )
        self._launch(
            ("sinr.cu", sinr_options(colours, beam_lit is None, table_bytes > 0)),
            "downlink_sinr",
            users,
            arguments,
            table_bytes,
        )
        return serving_beam, carrier, interference

    def uplink_sinr(
        self,
        user_direction: Any,
        link_gain: Any,
        scheduled: Any,
        beam_direction: Any,
        beam_gain: Any,
        segment_start: Any,
        pattern: Any,
        colours: int,
    ) -> tuple[Any, Any]:
        """Carrier and interference of receive beams; kernel ``uplink_sinr`` in ``uplink.cu``.

        Parameters
        ----------
        user_direction : float32 array (satellites, 3, users)
        link_gain : float32 array (satellites, users)
        scheduled : int32 array (drops, beams)
            Every entry below ``users``; -1 for nobody.
        beam_direction : float32 array (3, beams)
        beam_gain : float32 array (beams,)
        segment_start : int32 array (satellites · colours + 1,)
        pattern : float32 array (n, 2)
        colours : int
            At least 1.

        Returns
        -------
        carrier, interference : float32 array (drops, beams)

        Raises
        ------
        TypeError
            If an array has another type of element.
        ValueError
            If an array has another shape, or there is no colour.
        """
        if colours < 1:
            raise ValueError(f"colours = {colours}: there must be one at least")
        satellites, users = link_gain.shape
        drops, beams = scheduled.shape
        entries = len(pattern)
        table_bytes = shared_table_bytes(entries, self.device.shared_bytes)
        carrier = self.xp.empty((drops, beams), dtype=np.float32)
        interference = self.xp.empty((drops, beams), dtype=np.float32)
        segments = satellites * colours + 1
        arguments = (
            self._array("user_direction", user_direction, np.float32, (satellites, 3, users)),
            self._array("link_gain", link_gain, np.float32, (satellites, users)),
            self._array("scheduled", scheduled, np.int32, (drops, beams)),
            self._array("beam_direction", beam_direction, np.float32, (3, beams)),
            self._array("beam_gain", beam_gain, np.float32, (beams,)),
            self._array("segment_start", segment_start, np.int32, (segments,)),
            self._array("pattern", pattern, np.float32, (entries, 2)),
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
