"""The Python interface: load a scenario, run it, vary it, ask how sure it is, open what it left."""

from capest.accessor import xarray_engine  # noqa: F401  (registers ds.capest)
from capest.api.capacity_search import capacity
from capest.api.files import load, open
from capest.api.single_run import run
from capest.api.sweeps import sweep
from capest.api.uncertainty_study import uncertainty

__all__ = ["capacity", "load", "open", "run", "sweep", "uncertainty"]
