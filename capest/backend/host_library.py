"""The compiled library for work that is the host's whatever the backend; see `host_library`."""

from __future__ import annotations

from capest.backend.native.library import Library, library
from capest.backend.obstacle import Unusable
from capest.backend.protocol import Kernels


def host_library(kernels: Kernels) -> Library | None:
    """Find the compiled kernels that serve a backend's host; ``None`` leaves the work to NumPy.

    A GPU's host takes them wherever they can be built. The backend ``numpy`` takes none, as it is
    the reference.
    """
    if kernels.name == "numpy":
        return None
    try:
        return library()
    except Unusable:
        return None
