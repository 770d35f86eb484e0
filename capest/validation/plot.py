"""Our distributions over the published ones."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from capest.errors import InputError
from capest.extras import need
from capest.results import files
from capest.results.ours import MADE_BY, Target
from capest.statistics.quantities import AXES
from capest.validation.calibrate import Calibration, axis_name
from capest.validation.cases import LINKS, METRICS, curves

ENDINGS = (".png", ".svg", ".pdf")
"""Of pictures: formats that have a place for capest's mark."""


def draw_calibration(found: Sequence[Calibration], target: Target) -> None:
    """Draw one panel per link and metric: lines are ours, dots are published.

    Parameters
    ----------
    found : sequence of Calibration
    target : Target
        The ending of its name, one of ``ENDINGS``, chooses the format.

    Raises
    ------
    InputError
        If matplotlib is missing, or the file cannot be written.
    StorageError
        If a file has appeared there.
    """
    need("matplotlib", "--plot")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(16, 8), layout="constrained")
    panels = figure.subplots(len(LINKS), len(METRICS), sharey=True)
    reference = curves()
    shown = [one for one in found if any(key[0] == one.case for key in reference)] or list(found)
    for row, link in zip(panels, LINKS, strict=True):
        for panel, metric in zip(row, METRICS, strict=True):
            axis = AXES[axis_name(link, metric)]
            for index, one in enumerate(shown):
                colour = f"C{index % 10}"
                counts = one.distributions[link, metric]
                cumulative = np.cumsum(counts[:-1]) / max(counts.sum(), 1)
                panel.plot(axis.edges(), cumulative, color=colour, label=f"case {one.case}")
                values_db, probabilities = reference.get((one.case, link, metric), ([], []))
                panel.plot(values_db, probabilities, "o", color=colour, markersize=3)
            _frame(panel, shown, link, metric)
            panel.set_xlabel(f"{METRICS[metric]}, dB")
            panel.set_title(f"{link} {METRICS[metric]}")
            panel.grid(alpha=0.3)
        row[0].set_ylabel("share of users below")
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize="small", loc="outside right upper")
    figure.suptitle("TR 38.821 calibration: lines capest, dots R1-1913224")
    drawn = io.BytesIO()
    ending = target.path.suffix.lower()
    place = {".png": "Software", ".svg": "Title", ".pdf": "Creator"}[ending]
    figure.savefig(drawn, format=ending[1:], dpi=120, metadata={place: MADE_BY})
    try:
        target.write(drawn.getvalue())
    except OSError as error:
        raise InputError(f"--plot {target.path}: {files.reason(error)}") from error


def _frame(panel: object, shown: Sequence[Calibration], link: str, metric: str) -> None:
    """Show the range that holds nearly all users of all cases."""
    axis = AXES[axis_name(link, metric)]
    edges = axis.edges()
    lows, highs = [], []
    for one in shown:
        counts = one.distributions[link, metric]
        cumulative = np.cumsum(counts[:-1]) / max(counts.sum(), 1)
        lows.append(np.interp(0.002, cumulative, edges))
        highs.append(np.interp(min(0.998, cumulative[-1]), cumulative, edges))
    panel.set_xlim(min(lows) - 1.0, max(highs) + 1.0)  # type: ignore[attr-defined]
