"""Element sets as SGP4 takes them: what travels to a worker, and the record made of it there.

The records of the ``sgp4`` package do not travel: the lines or fields that they are made of do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.errors import InputError
from capest.extras import lacks


@dataclass(frozen=True)
class Sgp4Input:
    """An element set without faults.

    Attributes
    ----------
    lines : (str, str) or None
        Of a TLE.
    fields : tuple of (str, str) or None
        Of an OMM, as ``sgp4.omm`` takes them.
    """

    lines: tuple[str, str] | None = None
    fields: tuple[tuple[str, str], ...] | None = None

    def record(self) -> Any:
        """Make the record, an ``sgp4.api.Satrec``.

        Raises
        ------
        InputError
            If the package is not installed; says how to install it.
        """
        satrec = sgp4_api().Satrec
        if self.lines is not None:
            return satrec.twoline2rv(*self.lines)
        from sgp4 import omm

        found = satrec()
        omm.initialize(found, dict(self.fields or ()))
        return found


def sgp4_api() -> Any:
    """Import ``sgp4.api``.

    Raises
    ------
    InputError
        If the package is not installed; says how to install it.
    """
    try:
        from sgp4 import api
    except ImportError as error:
        who = "reading TLE and OMM files, and computing with them on a worker,"
        raise InputError(lacks("sgp4", who)) from error
    return api
