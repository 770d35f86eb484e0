"""The package behind `capest.physics.weather`: whether it is there, and which version."""

from __future__ import annotations

import importlib.metadata

from capest.errors import InputError
from capest.extras import lacks


def library_version() -> str:
    """Name and version of the library behind the tables.

    Returns
    -------
    str
        Such as ``"itur 0.4.0"``; part of what a result depends on.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return f"itur {importlib.metadata.version('itur')}"
    except importlib.metadata.PackageNotFoundError:
        raise InputError(lacks("itur", "channel.weather, of rain and cloud,")) from None
