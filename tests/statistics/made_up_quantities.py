"""Four rows more in the table, as if they stood there: a script, for nothing may read it before."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import capest.statistics.quantities_of_cells as of_cells
import capest.statistics.quantities_of_trials as of_trials
import capest.statistics.quantities_of_users as of_users
from capest.statistics.quantity import (
    Distribution,
    Mean,
    Quantity,
    QuantityCondition,
    Share,
    Sum,
    When,
)

of_users.OF_USERS += (
    Quantity(
        "loudness_db",
        ("trial", "user"),
        "f8",
        "dB",
        "loudness, made up",
        (Distribution(0.0, 0.5, 200, counted_in=("lit_users",)),),
        when=(QuantityCondition(When.UPLINK),),
        label="loudness, dB",
    ),
)
of_trials.OF_TRIALS += (
    Quantity(
        "talkative_users",
        ("trial",),
        "i4",
        "1",
        "users who talk, made up",
        (Mean(),),
        "area: sum",
        label="users who talk",
        column="talk",
    ),
    Quantity(
        "talkative_share",
        (),
        "f8",
        "1",
        "users who talk, of all, made up",
        (Share("talkative_users", "users"),),
        label="users who talk, of all",
    ),
)
of_cells.OF_CELLS += (
    Quantity(
        "cell_talkative",
        ("cell",),
        "f4",
        "1",
        "users of the cell who talk, made up",
        (Sum(),),
        "area: sum all_trials: mean",
    ),
)

# Only now: these modules read the table when they are imported.
import numpy as np  # noqa: E402

import capest  # noqa: E402
from capest.backend.numpy_kernels import NumpyKernels  # noqa: E402
from capest.errors import InputError  # noqa: E402
from capest.results import sweep_summary  # noqa: E402
from capest.results.netcdf import write_result  # noqa: E402
from capest.scenario.load import load_scenario  # noqa: E402
from capest.statistics.quantities import AXES  # noqa: E402
from tests.results import synthetic  # noqa: E402

TRIALS = 40
ADDED = ("talkative_users", "talkative_users_mean", "talkative_share_mean", "loudness_db_quantile")


def blocks(fewer: int = 0):
    for index, block in synthetic.blocks(TRIALS, 1):
        talkative = block.trial["users"] // 2 + (index % 2) * (block.trial["users"] % 2)
        talkative = talkative - fewer * (index % 3)
        loud = AXES["loudness_db"].count(np.array([50.0, 60.0, 70.0 + index % 7]), NumpyKernels())
        yield (
            index,
            replace(
                block,
                trial=block.trial | {"talkative_users": talkative.astype(np.int32)},
                histograms=block.histograms | {"loudness_db": loud},
                cell=block.cell | {"cell_talkative": np.full(synthetic.BEAMS, 5)},
            ),
        )


def until(rule: str) -> str:
    try:
        load_scenario({"satellite": {"preset": "tr38821-set1-leo600-s"}, "run": {"until": rule}})
    except InputError as error:
        return str(error)
    return ""


def main(folder: Path) -> None:
    path = folder / "made-up.nc"
    settings = {"sizes": [1] * TRIALS, "block_trials": 1, "provenance": synthetic.provenance()}
    write_result(path, blocks(), synthetic.layout(), **settings)
    other = folder / "other.nc"
    write_result(other, blocks(fewer=1), synthetic.layout(), **settings)
    rules = ("talkative_users.mean±1%", "loudness_db.p50±0.1", "cell_talkative.mean±1")
    with capest.open(path) as opened, capest.open(other) as reference:
        shown = {name: opened[name] for name in (*ADDED, "cell_talkative")}
        found = {
            "variables": {
                name: [list(one.dims), str(one.dtype), one.attrs["units"], one.attrs["long_name"]]
                for name, one in shown.items()
            },
            "loudness": "quantile over users and trials: loudness, made up",
            "share": float(opened["talkative_users"].sum() / opened["users"].sum()),
            "cell_talkative": float(opened["cell_talkative"].mean()),
            "json": opened.capest.summary().to_dict()["estimates"],
            "differences": opened.capest.difference_to(reference).to_list(),
            "summary": str(opened.capest.summary()),
            "columns": [heading for _, _, heading, _ in sweep_summary.HEADLINE_COLUMNS],
            "until": {rule: until(rule) for rule in rules},
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
