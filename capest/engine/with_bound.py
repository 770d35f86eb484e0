"""Some trials beside what no assignment of satellites to cells can exceed."""

from __future__ import annotations

from dataclasses import replace

from capest.engine.collect import Computed
from capest.engine.evaluate import Drawn
from capest.engine.services.calls_bound import calls_bound


def with_bound(drawn: Drawn, computed: Computed) -> Computed:
    """Work out the bound of calls of some trials, if the scenario asks for it.

    It knows who is where and what satellites are in view, and nothing of what is lit.
    """
    world, served = drawn.world, computed.served
    services = world.services
    if world.beams.calls_bound == "none" or services is None or served is None:
        return computed
    if not services.has_calls:
        return computed
    bound = calls_bound(
        *(world, services, drawn.kernels, drawn.sky, drawn.users),
        *(drawn.view.candidates, served.demand),
    )
    of_assignment = computed.of_assignment | {"calls_bound": drawn.kernels.xp.asarray(bound)}
    return replace(computed, of_assignment=of_assignment)
