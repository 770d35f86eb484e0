"""Packages that only some commands need: which extra brings each, and one line where it lacks."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from capest.errors import InputError


class Extra(NamedTuple):
    """How to get a package, and what it is for.

    Attributes
    ----------
    extra : str
        Name of the extra of capest that brings it.
    purpose : str
        What needs it, for ``capest doctor``.
    """

    extra: str
    purpose: str


OF_PACKAGE = {
    "itur": Extra("itu", "channel.weather, rain and cloud"),
    "sgp4": Extra("orbits", "constellation.catalogue, element sets"),
    "scipy": Extra("solve", 'cells.assignment = "solved", cells.bound'),
    "matplotlib": Extra("plot", "capest plot, ds.capest.plot, pictures of capest validate"),
    "jinja2": Extra("report", "capest report"),
    "pyarrow": Extra("export", "capest export to Parquet"),
    "zarr": Extra("export", "capest export to Zarr"),
}
"""By the package's name when it is imported."""


def how_to_get(package: str) -> str:
    """Return the command that installs a package, such as ``pip install "capest[plot]"``."""
    return f'pip install "capest[{OF_PACKAGE[package].extra}]"'


def lacks(package: str, who: str) -> str:
    """Say that somebody needs a package that is not there, and how to get it."""
    return f"{who} needs the package {package}: {how_to_get(package)}"


def need(package: str, who: str) -> Any:
    """Import a package that may be missing.

    Parameters
    ----------
    package : str
        One of `OF_PACKAGE`.
    who : str
        What needs it, the start of the message: "capest report".

    Returns
    -------
    module

    Raises
    ------
    InputError
        It is not installed; the message says how to get it.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        raise InputError(lacks(package, who)) from error
