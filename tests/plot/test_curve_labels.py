"""Names beside curves hide neither curves nor one another."""

import numpy as np
from matplotlib.figure import Figure

from capest.plot.curve_labels import NamedCurve, write_names


def test_names_are_beside_their_own_curves() -> None:
    ax = Figure(figsize=(6.0, 4.0)).subplots()
    ax.set_xlim(0.0, 10.0)
    ax.set_ylim(0.0, 1.0)
    y = np.linspace(0.0, 1.0, 50)
    curves = [NamedCurve(shift + 2.0 * y, y, f"curve {shift}", "k") for shift in (0.0, 3.0, 6.0)]
    assert write_names(ax, curves, (5.0, 3.5))
    for text, curve in zip(ax.texts, curves, strict=True):
        left, middle = text.get_position()
        at = np.interp(middle, curve.y, curve.x) / 10.0
        assert text.get_text() == curve.name
        assert 0.0 < left - at < 0.05 or left < at


def test_where_there_is_no_room_nothing_is_written() -> None:
    ax = Figure().subplots()
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, 1.0)
    y = np.linspace(0.0, 1.0, 50)
    curves = [
        NamedCurve(y + 0.001 * k, y, "a rather long name of a curve" * 2, "k") for k in range(7)
    ]
    assert not write_names(ax, curves, (5.0, 3.5))
    assert not ax.texts
    assert not write_names(ax, [NamedCurve(y + np.nan, y, "none", "k")], (5.0, 3.5))
