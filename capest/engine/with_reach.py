"""Some trials beside the callers that an empty network would reach."""

from __future__ import annotations

from dataclasses import replace

from capest.engine.collect import Computed
from capest.engine.evaluate import Drawn
from capest.engine.services.admission import CARRIED
from capest.engine.services.in_reach import callers_in_reach


def with_reach(drawn: Drawn, computed: Computed) -> Computed:
    """Find the callers in reach of some trials, if the scenario asks for them."""
    services, served = drawn.world.services, computed.served
    if services is None or served is None or served.admitted is None:
        return computed
    if not services.counts_reachable:
        return computed
    in_reach = callers_in_reach(
        *(drawn.world, services, drawn.kernels, drawn.sky, drawn.users),
        *(drawn.view.candidates, served.demand, served.admitted.outcome == CARRIED),
    )
    return replace(computed, in_reach=in_reach)
