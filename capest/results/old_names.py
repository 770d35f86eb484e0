"""Names in files of earlier versions, and what they are called now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

_OF_BEAMS = (
    *("users", "lit", "served_users", "sinr_db", "spectral_efficiency", "throughput"),
    *("uplink_sinr_db", "uplink_spectral_efficiency", "uplink_throughput"),
    *("calls", "calls_offered", "best_effort_throughput", "u", "v", "colour"),
)

RENAMED = {
    "beam": "cell",
    "beam_statistics": "cell_counted",
    **{f"beam_{stem}": f"cell_{stem}" for stem in _OF_BEAMS},
}
"""Up to 0.2, files of one satellite had a dimension of beams: a beam is its cell now."""


def with_new_names(dataset: xr.Dataset) -> xr.Dataset:
    """Give dimensions and variables of an earlier version's file the names of this one.

    Parameters
    ----------
    dataset : xarray.Dataset
        Of a result of any version; values that are not read yet stay so.

    Returns
    -------
    xarray.Dataset
        The same one if its names are those of this version.
    """
    if "beam" not in dataset.dims:
        return dataset
    there = {name for name in RENAMED if name in dataset.variables or name in dataset.dims}
    renamed = dataset.rename({name: RENAMED[name] for name in sorted(there)})
    # What else closes the file does not know the renamed dataset.
    renamed.set_close(dataset.close)
    for variable in renamed.variables.values():
        # Written again, the file is to name coordinates that it has.
        if "coordinates" in variable.encoding:
            words = str(variable.encoding["coordinates"]).split()
            variable.encoding["coordinates"] = " ".join(RENAMED.get(word, word) for word in words)
    return renamed
