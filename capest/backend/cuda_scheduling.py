"""Launcher of ``admission.cu``, ``blocking.cu`` and, of ``throughput.cu``, what services need."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.cuda_launcher import COMMON_OPTIONS, CudaLauncher


class CudaSchedulingKernels(CudaLauncher):
    """Who gets the time of a beam."""

    def admit_calls(
        self,
        order: Any,
        start: Any,
        count: Any,
        down: Any,
        up: Any,
        capacity_down: int,
        capacity_up: int,
    ) -> tuple[Any, Any]:
        """Admit the users of every beam in turn; kernel ``admit_calls`` in ``admission.cu``.

        Parameters
        ----------
        order : int64 array (n,)
        start, count : int64 array (groups,)
        down, up : int64 array (users,)
        capacity_down, capacity_up : int

        Returns
        -------
        admitted : uint8 array (users,)
        left : int64 array (groups, 2)

        Raises
        ------
        TypeError, ValueError
            If an array has another type of element or shape.
        """
        (users,), (groups,) = down.shape, start.shape
        admitted = self.xp.zeros(users, dtype=np.uint8)
        left = self.xp.empty((groups, 2), dtype=np.int64)
        arguments = (
            self._array("order", order, np.int64, order.shape),
            self._array("start", start, np.int64, (groups,)),
            self._array("count", count, np.int64, (groups,)),
            self._array("down", down, np.int64, (users,)),
            self._array("up", up, np.int64, (users,)),
            admitted,
            left,
            np.int64(capacity_down),
            np.int64(capacity_up),
            np.int64(groups),
        )
        self._launch(("admission.cu", COMMON_OPTIONS), "admit_calls", groups, arguments)
        return admitted, left

    def simulate_calls(
        self,
        order: Any,
        start: Any,
        count: Any,
        down: Any,
        up: Any,
        capacity: tuple[int, int],
        probability: tuple[float, float],
        events: tuple[int, int],
        key: tuple[int, int],
        trials: tuple[int, int],
    ) -> Any:
        """Let calls arrive and end in every beam; kernel ``simulate_calls`` in ``blocking.cu``.

        Parameters
        ----------
        order : int64 array (n,)
        start, count : int64 array (groups,)
        down, up : int64 array (users,)
        capacity, probability, events, key, trials : tuple
            See the NumPy twin.

        Returns
        -------
        int64 array (groups, 2)

        Raises
        ------
        TypeError, ValueError
            If an array has another type of element or shape.
        """
        (users,), (groups,) = down.shape, start.shape
        outcome = self.xp.zeros((groups, 2), dtype=np.int64)
        first_trial, many = trials
        arguments = (
            self._array("order", order, np.int64, order.shape),
            self._array("start", start, np.int64, (groups,)),
            self._array("count", count, np.int64, (groups,)),
            self._array("down", down, np.int64, (users,)),
            self._array("up", up, np.int64, (users,)),
            self.xp.zeros(users, dtype=np.uint8),
            outcome,
            *(np.int64(value) for value in capacity),
            *(np.float64(value) for value in probability),
            *(np.int64(value) for value in events),
            *(np.uint64(value) for value in (*key, first_trial)),
            np.int64(many),
            np.int64(groups // max(many, 1)),
        )
        self._launch(("blocking.cu", COMMON_OPTIONS), "simulate_calls", groups, arguments)
        return outcome

    def link_efficiency(self, sinr: Any, rate_table: Any, shannon: Any, mode: int) -> Any:
        """Efficiency of links by their SINR; kernel ``link_efficiency`` in ``throughput.cu``.

        Parameters
        ----------
        sinr : float32 array (users,)
        rate_table : float32 array (entries, 2)
        shannon : float32 array (4,)
        mode : {0, 1}

        Returns
        -------
        float32 array (users,)

        Raises
        ------
        TypeError, ValueError
            If an array has another type of element or shape.
        """
        (users,), entries = sinr.shape, len(rate_table)
        efficiency = self.xp.empty(users, dtype=np.float32)
        arguments = (
            self._array("sinr", sinr, np.float32, (users,)),
            self._array("rate_table", rate_table, np.float32, (entries, 2)),
            self._array("shannon", shannon, np.float32, (4,)),
            efficiency,
            np.int32(entries),
            np.int32(mode),
            np.int64(users),
        )
        self._launch(("throughput.cu", COMMON_OPTIONS), "link_efficiency", users, arguments)
        return efficiency

    def beam_best(
        self, efficiency: Any, serving_beam: Any, user_trial: Any, trials: int, beams: int
    ) -> Any:
        """Greatest efficiency of a beam's users; kernel ``beam_best`` in ``throughput.cu``.

        Parameters
        ----------
        efficiency : float32 array (users,)
        serving_beam, user_trial : int32 array (users,)
        trials, beams : int

        Returns
        -------
        float32 array (trials, beams)

        Raises
        ------
        TypeError, ValueError
            If an array has another type of element or shape.
        """
        (users,) = efficiency.shape
        best = self.xp.zeros((trials, beams), dtype=np.int32)
        arguments = (
            self._array("efficiency", efficiency, np.float32, (users,)),
            self._array("serving_beam", serving_beam, np.int32, (users,)),
            self._array("user_trial", user_trial, np.int32, (users,)),
            best,
            np.int64(users),
            np.int32(beams),
        )
        self._launch(("throughput.cu", COMMON_OPTIONS), "beam_best", users, arguments)
        return best.view(np.float32)
