"""What the users of every cell asked for and got in all trials, from the sums of a result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from capest.results.layouts import has_layout
from capest.results.stored import Stored
from capest.statistics.refusals import REFUSAL_REASONS

_SUMS = "cell_sums"
_SLAB_VALUES = 2**22


@dataclass(frozen=True)
class CellTotals:
    """Totals over all trials of the cells that count.

    Attributes
    ----------
    trials : int
    what : {"calls", "users"}
        Calls, where they are counted; else users, who are served where their link carries anything.
    number : int64 array (cells,)
        Number of each cell in the result.
    asked, served : int64 array (cells,)
        Calls asked for and carried, or users and users served.
    refused : dict of str to int64 array (cells,)
        Calls refused by reason; empty of users, and where the file does not say.
    covered, with_beam : int64 array (cells,) or None
        Trials with a satellite above the mask, and users with a beam; ``None`` of one satellite.
    area_km2 : float64 array (cells,) or None
        ``None`` where cells have no place on the Earth.
    people : float64 array (cells,) or None
        ``None`` where users are not placed by where people live.
    rough_people : bool
        People are counted where the centres of places are, as files up to 0.2 have them.
    of_beams : bool
        Cells are beams of one satellite.
    at_minimum : int64 array (cells,) or None
        Callers who hold ``cells.minimum_share``, or an equal part of their beam, and whose call is
        not carried; ``None`` where nobody can.
    asking_trials : int64 array (cells,) or None
        Trials in which a user asked; ``None`` where the file does not say.
    """

    trials: int
    what: Literal["calls", "users"]
    number: np.ndarray
    asked: np.ndarray
    served: np.ndarray
    refused: dict[str, np.ndarray]
    covered: np.ndarray | None
    with_beam: np.ndarray | None
    area_km2: np.ndarray | None
    people: np.ndarray | None
    rough_people: bool
    of_beams: bool
    at_minimum: np.ndarray | None = None
    asking_trials: np.ndarray | None = None


def cell_totals(stored: Stored) -> CellTotals | None:
    """Read the totals of a result.

    Parameters
    ----------
    stored : Stored

    Returns
    -------
    CellTotals or None
        ``None`` where the file has no values of cells, or only one of them is selected.
    """
    if "cell" not in stored.sizes:
        return None
    sums = _exact_sums(stored)
    counted = np.arange(stored.sizes["cell"])
    # Files of regions up to 0.2 do not say: all cells count.
    if "cell_counted" in stored.names:
        counted = np.flatnonzero(stored.values("cell_counted"))

    def total(name: str, mean: str = "") -> np.ndarray | None:
        found = sums[name] if name in sums else _total(stored, mean or name)
        return None if found is None else found[counted]

    def place(name: str) -> np.ndarray | None:
        return stored.values(name)[counted].astype(np.float64) if name in stored.names else None

    calls, offered = total("cell_calls"), total("cell_calls_offered")
    refused: dict[str, np.ndarray] = {}
    if calls is None or offered is None:
        asked, served = total("cell_users"), total("cell_served_users")
    else:
        asked, served = offered, calls
        for reason in REFUSAL_REASONS:
            found = total(f"cell_calls_refused_{reason}")
            if found is not None:
                refused[reason] = found
    if asked is None or served is None:
        return None
    asking = total("cell_asking_trials", "cell_asking_share")
    if asking is None:
        asking = _trials_with(stored, "cell_users" if calls is None else "cell_calls_offered")
        asking = None if asking is None else asking[counted]
    of_beams = has_layout(stored.names)
    rough = "cell_people" in stored.names and "cell_residents" not in stored.names
    return CellTotals(
        trials=int(stored.attributes["trials_done"]),
        what="users" if calls is None or offered is None else "calls",
        number=counted,
        asked=asked,
        served=served,
        refused=refused,
        covered=None if of_beams else total("cell_covered_trials", "cell_covered_share"),
        with_beam=None if of_beams else total("cell_lit_users"),
        area_km2=place("cell_area"),
        people=place("cell_people" if rough else "cell_residents"),
        rough_people=rough,
        of_beams=of_beams,
        at_minimum=total("cell_calls_at_or_below_minimum"),
        # Whoever asks for no call asks for nothing here.
        asking_trials=None if asking is None else np.minimum(asking, asked),
    )


def _exact_sums(stored: Stored) -> dict[str, np.ndarray]:
    """Sums of whole numbers, by name; empty of files that have none."""
    if _SUMS not in stored.names:
        return {}
    names = str(stored.attributes_of(_SUMS)["quantities"]).split()
    return dict(zip(names, stored.values(_SUMS), strict=True))


def _total(stored: Stored, name: str) -> np.ndarray | None:
    """Sum over trials of a file without exact sums, from its means or the values of trials."""
    if name not in stored.names:
        return None
    cells = stored.sizes["cell"]
    trials = int(stored.attributes["trials_done"])
    # A variable of one value a cell is a mean over trials, else there is one of each trial.
    if stored.dimensions(name) == ("cell",):
        return np.rint(stored.values(name).astype(np.float64) * trials).astype(np.int64)
    return sum(
        (slab.sum(axis=0, dtype=np.int64) for slab in _slabs(stored, name)),
        np.zeros(cells, dtype=np.int64),
    )


def _trials_with(stored: Stored, name: str) -> np.ndarray | None:
    """Trials in which a cell has some, where there is a value of each trial."""
    if name not in stored.names or "trial" not in stored.dimensions(name):
        return None
    return sum(
        ((slab > 0).sum(axis=0, dtype=np.int64) for slab in _slabs(stored, name)),
        np.zeros(stored.sizes["cell"], dtype=np.int64),
    )


def _slabs(stored: Stored, name: str) -> Iterator[np.ndarray]:
    """Values of a few trials at a time, arrays (trials, cells)."""
    step = max(1, _SLAB_VALUES // max(stored.sizes["cell"], 1))
    for first in range(0, stored.sizes["trial"], step):
        yield stored.values(name, slice(first, first + step))
