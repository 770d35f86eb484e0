"""Strategies by which a satellite lights its cells; one strategy = one file in this folder.

A file holds a function ``light(frame, draws)``, which returns a bool array (..., slots, cells) of
what is lit, exactly ``frame.beams`` cells in every slot, or ``None`` if every cell is always lit.
``KNOWS_DEMAND`` says whether it plans for the demand of a `Problem`, or makes do with a `Frame`;
those that make do are what a run's ``beams.allocation`` can be. The file's name is the strategy's,
so names are known without loading NumPy.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

Strategy = Callable[[Any, Any], Any]


def names() -> tuple[str, ...]:
    """Names of all strategies, by the alphabet."""
    files = sorted(found.name for found in pkgutil.iter_modules(__path__))
    return tuple(name.replace("_", "-") for name in files)


def strategy(name: str) -> Strategy:
    """Find the ``light`` function of a strategy.

    Parameters
    ----------
    name : str
        One of `names`.
    """
    light: Strategy = _module(name).light
    return light


def knows_demand(name: str) -> bool:
    """Tell whether a strategy plans for demand."""
    return bool(_module(name).KNOWS_DEMAND)


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name.replace('-', '_')}")
