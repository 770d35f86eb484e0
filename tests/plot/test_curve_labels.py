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
    assert write_names(ax, curves)
    for text, curve in zip(ax.texts, curves, strict=True):
        left, middle = text.get_position()
        at = np.interp(middle, curve.y, curve.x) / 10.0
        assert text.get_text() == curve.name
        assert 0.0 < left - at < 0.05 or left < at


def test_names_as_they_are_drawn_are_crossed_by_no_curve() -> None:
    ax = Figure(figsize=(5.0, 3.4)).subplots()
    ax.set_xlim(-40.0, 20.0)
    ax.set_ylim(0.0, 1.0)
    x = np.linspace(-40.0, 20.0, 300)
    names = ["MMWW in a hand", "reuse-3", "as it is"]
    curves = [
        NamedCurve(x, 1.0 / (1.0 + np.exp(-(x - shift) / 4.0)), name, "k")
        for name, shift in zip(names, (-18.0, -4.0, 8.0), strict=True)
    ]
    assert write_names(ax, curves)
    for text in ax.texts:
        box = text.get_window_extent()
        for curve in curves:
            px, py = ax.transData.transform(np.column_stack([curve.x, curve.y])).T
            inside = (px > box.x0) & (px < box.x1) & (py > box.y0) & (py < box.y1)
            assert not inside.any(), f"{text.get_text()} is crossed by {curve.name}"


def test_where_there_is_no_room_nothing_is_written() -> None:
    ax = Figure().subplots()
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, 1.0)
    y = np.linspace(0.0, 1.0, 50)
    curves = [
        NamedCurve(y + 0.001 * k, y, "a rather long name of a curve" * 2, "k") for k in range(7)
    ]
    assert not write_names(ax, curves)
    assert not ax.texts
    assert not write_names(ax, [NamedCurve(y + np.nan, y, "none", "k")])
