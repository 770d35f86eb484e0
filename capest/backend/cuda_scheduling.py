"""Launcher of ``admission.cu``, ``blocking.cu`` and, of ``throughput.cu``, what services need."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.arguments import CallEvents, CallQueues, LinkAdaptation
from capest.backend.cuda_launcher import COMMON_OPTIONS, CudaLauncher


class CudaSchedulingKernels(CudaLauncher):
    """Users that get the time of a beam."""

    def admit_calls(self, queues: CallQueues) -> tuple[Any, Any]:
        """Admit the users of every beam in turn; kernel ``admit_calls`` in ``admission.cu``."""
        (users,), (groups,) = queues.down.shape, queues.start.shape
        admitted = self.xp.zeros(users, dtype=np.uint8)
        left = self.xp.empty((groups, 2), dtype=np.int64)
        arguments = (
            *self._queues(queues),
            admitted,
            left,
            np.int64(queues.capacity_down),
            np.int64(queues.capacity_up),
            np.int64(groups),
        )
        self._launch(("admission.cu", COMMON_OPTIONS), "admit_calls", groups, arguments)
        return admitted, left

    def simulate_calls(self, calls: CallEvents) -> Any:
        """Let calls arrive and end in every beam; kernel ``simulate_calls`` in ``blocking.cu``."""
        queues = calls.queues
        (users,), (groups,) = queues.down.shape, queues.start.shape
        outcome = self.xp.zeros((groups, 2), dtype=np.int64)
        arguments = (
            *self._queues(queues),
            self.xp.zeros(users, dtype=np.uint8),
            outcome,
            np.int64(queues.capacity_down),
            np.int64(queues.capacity_up),
            np.float64(calls.arrival_probability),
            np.float64(calls.end_probability),
            np.int64(calls.warm_up_events),
            np.int64(calls.events),
            np.uint64(calls.seed),
            np.uint64(calls.purpose),
            np.uint64(calls.first_trial),
            np.int64(calls.trials),
            np.int64(groups // max(calls.trials, 1)),
        )
        self._launch(("blocking.cu", COMMON_OPTIONS), "simulate_calls", groups, arguments)
        return outcome

    def _queues(self, queues: CallQueues) -> tuple[Any, ...]:
        """Return the arrays on the device, in the order of both kernels."""
        (users,), (groups,) = queues.down.shape, queues.start.shape
        return (
            self._array("order", queues.order, np.int64, queues.order.shape),
            self._array("start", queues.start, np.int64, (groups,)),
            self._array("count", queues.count, np.int64, (groups,)),
            self._array("down", queues.down, np.int64, (users,)),
            self._array("up", queues.up, np.int64, (users,)),
        )

    def link_efficiency(self, sinr: Any, adaptation: LinkAdaptation) -> Any:
        """Efficiency of links by their SINR; kernel ``link_efficiency`` in ``throughput.cu``."""
        (users,), entries = sinr.shape, len(adaptation.rate_table)
        efficiency = self.xp.empty(users, dtype=np.float32)
        arguments = (
            self._array("sinr", sinr, np.float32, (users,)),
            *self._adaptation(adaptation),
            efficiency,
            np.int32(entries),
            np.int32(adaptation.mode),
            np.int64(users),
        )
        self._launch(("throughput.cu", COMMON_OPTIONS), "link_efficiency", users, arguments)
        return efficiency

    def beam_best(
        self, *, efficiency: Any, serving: Any, user_trial: Any, trials: int, beams: int
    ) -> Any:
        """Greatest efficiency of a beam's users; kernel ``beam_best`` in ``throughput.cu``."""
        (users,) = efficiency.shape
        best = self.xp.zeros((trials, beams), dtype=np.int32)
        arguments = (
            self._array("efficiency", efficiency, np.float32, (users,)),
            self._array("serving", serving, np.int32, (users,)),
            self._array("user_trial", user_trial, np.int32, (users,)),
            best,
            np.int64(users),
            np.int32(beams),
        )
        self._launch(("throughput.cu", COMMON_OPTIONS), "beam_best", users, arguments)
        return best.view(np.float32)
