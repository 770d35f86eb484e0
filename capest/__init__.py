"""capest: Monte Carlo capacity of direct-to-smartphone satellite networks.

>>> import capest
>>> scenario = capest.load("runs/tr38821-case9.toml")
>>> ds = capest.run(scenario, trials=200)
>>> ds.capest.summary()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from capest.version import __version__ as __version__

__all__ = ["capacity", "load", "open", "run", "sweep", "uncertainty"]

if TYPE_CHECKING:
    from capest.api import capacity, load, open, run, sweep, uncertainty


def __getattr__(name: str) -> Any:
    # Workers and the command line import this package often: xarray must wait until it is used.
    if name in __all__:
        from capest import api

        return getattr(api, name)
    raise AttributeError(f"module 'capest' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
