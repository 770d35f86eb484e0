"""Texts of a variable, whoever opened it: characters in a file, strings where xarray made some."""

from __future__ import annotations

import numpy as np

from capest.results.stored import Stored


def texts_of(stored: Stored, name: str) -> list[str]:
    """Texts of a variable.

    Parameters
    ----------
    stored : Stored
    name : str
        Of a variable of strings (n,), or of characters (n, longest).
    """
    values = stored.values(name)
    if values.dtype.kind == "S":
        # Characters of UTF-8, the rest of each row zero.
        rows = np.ascontiguousarray(values).reshape(len(values), -1)
        return [row.tobytes().rstrip(b"\0").decode("utf-8") for row in rows]
    return [str(text) for text in values]
