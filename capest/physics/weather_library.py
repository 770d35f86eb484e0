"""The package behind `capest.physics.weather`: whether it is there, and which version."""

from __future__ import annotations

import importlib.metadata

from capest.errors import InputError


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
        # In the words of `lacks` in ``extras``: importing it would make the chain of rooms longer.
        raise InputError(
            'channel.weather, of rain and cloud, needs the package itur: pip install "capest[itu]"'
        ) from None
