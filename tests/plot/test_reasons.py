"""Who is served, who is not and why: what the bars say, against the values of single trials."""

from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.patches import Rectangle

from capest.errors import InputError
from capest.plot import picture
from capest.plot.style import GREEN, OF_REASON
from capest.results.cell_totals import cell_totals
from capest.results.reasons_by_group import by_country_names
from capest.results.stored import OfDataset
from capest.statistics.refusals import REFUSAL_REASONS
from tests.plot.readable import assert_readable
from tests.plot.small_results import beams, calls, of_service, source, thin


def bars(drawn: picture.Picture, panel: int = 0) -> dict[str, dict[Any, float]]:
    """Width of every bar, by row and colour."""
    ax = drawn.figure.axes[panel]
    names = [label.get_text() for label in drawn.figure.axes[0].get_yticklabels()]
    places = dict(zip(drawn.figure.axes[0].get_yticks(), names, strict=True))
    found: dict[str, dict[Any, float]] = {}
    for bar in ax.patches:
        assert isinstance(bar, Rectangle)
        row = places[round((bar.get_y() + 0.5 * bar.get_height()) * 2.0) / 2.0]
        found.setdefault(row, {})[_colour(bar)] = bar.get_width()
    return found


def _colour(bar: Rectangle) -> str:
    from matplotlib.colors import to_hex

    return to_hex(bar.get_facecolor()).upper()


def test_the_whole_is_that_of_single_trials() -> None:
    ds = calls()
    drawn = picture.draw("reasons", [source(ds)])
    whole = bars(drawn)["all"]
    asked = float(ds["calls_offered"].sum())
    assert whole[GREEN] == pytest.approx(float(ds["calls"].sum()) / asked)
    for reason in REFUSAL_REASONS:
        refused = float(ds[f"calls_refused_{reason}"].sum()) / asked
        assert whole.get(OF_REASON[reason][0].upper(), 0.0) == pytest.approx(refused, abs=1e-12)
    share = 1.0 - ds["refused_share_mean"]
    assert drawn.words.title.startswith(f"{100.0 * float(share):.0f} % ±")


def test_rows_are_the_means_of_their_cells() -> None:
    ds = calls()
    drawn = picture.draw("reasons", [source(ds)])
    found = bars(drawn)
    latitude = ds["cell_latitude"].values
    for name, row in found.items():
        if name == "all":
            continue
        south, north = (float(each) for each in name.removesuffix("° N").split("–"))
        inside = (latitude >= south) & (latitude < north) & (ds["cell_counted"].values > 0)
        asked = ds["cell_calls_offered"].values[inside].sum()
        carried = ds["cell_calls"].values[inside].sum() / asked
        assert row[GREEN] == pytest.approx(carried, rel=1e-4)
        assert sum(row.values()) == pytest.approx(1.0, rel=1e-9)
    assert len(found) > 3


@pytest.mark.parametrize("by", ["latitude", "country", "density"])
def test_is_readable_by(by: str) -> None:
    drawn = picture.draw("reasons", [source(calls())], options={"by": by})
    assert_readable(drawn)
    assert all(sum(row.values()) == pytest.approx(1.0) for row in bars(drawn).values())


def test_three_side_by_side_are_readable() -> None:
    three = [source(calls(1), "first"), source(calls(2), "second"), source(thin(), "third")]
    drawn = picture.draw("reasons", three[:2])
    assert_readable(drawn)
    assert "first" in drawn.words.title
    assert "second" in drawn.words.title
    assert bars(drawn, 1)["all"][GREEN] == pytest.approx(
        float(calls(2)["calls"].sum() / calls(2)["calls_offered"].sum())
    )
    assert_readable(picture.draw("reasons", three))


def test_users_without_a_service() -> None:
    ds = thin()
    drawn = picture.draw("reasons", [source(ds)])
    assert_readable(drawn)
    users = float(ds["users"].sum())
    whole = bars(drawn)["all"]
    assert whole[GREEN] == pytest.approx(float(ds["served_users"].sum()) / users)
    too_weak = float((ds["lit_users"] - ds["served_users"]).sum()) / users
    assert whole.get(OF_REASON["downlink"][0], 0.0) == pytest.approx(too_weak, abs=1e-12)
    without_beam = 1.0 - float(ds["lit_users"].sum()) / users
    others = sum(whole.values()) - whole[GREEN] - too_weak
    assert others == pytest.approx(without_beam)
    # Zones on both sides of the equator.
    names = [label.get_text() for label in drawn.figure.axes[0].get_yticklabels()]
    assert any(name.endswith("S") for name in names)
    assert not any("-" in name for name in names)


def test_beams_of_one_satellite_are_told_apart_by_ring() -> None:
    ds = beams()
    drawn = picture.draw("reasons", [source(ds)])
    assert_readable(drawn)
    found = bars(drawn)
    assert list(found) == ["all", "ring 1", "ring 2"] or list(found)[1] == "middle"
    distance = np.hypot(ds["cell_u"].values, ds["cell_v"].values)
    first = (distance > 0.5 * distance[1]) & (distance < 1.5 * distance[1])
    users, lit = ds["cell_users"].values[:, first], ds["cell_lit"].values[:, first]
    dark = float((users * (1 - lit)).sum() / users.sum())
    assert found["ring 1"][OF_REASON["beam"][0].upper()] == pytest.approx(dark)


def test_too_few_are_left_out_and_said() -> None:
    drawn = picture.draw("reasons", [source(calls())])
    ds = calls()
    latitude = ds["cell_latitude"].values
    shown = [name for name in bars(drawn) if name != "all"]
    ends = [tuple(map(float, name.removesuffix("° N").split("–"))) for name in shown]
    width = ends[0][1] - ends[0][0]
    zones = np.floor(latitude / width)
    asked = {
        zone: 8.0 * ds["cell_calls_offered"].values[zones == zone].sum()
        for zone in np.unique(zones)
    }
    few = sum(1 for each in asked.values() if 0.5 < each < 99.5)
    assert len(shown) == sum(1 for each in asked.values() if each >= 99.5)
    assert ("Left out" in drawn.words.subtitle) == (few > 0)


def test_what_cannot_be_told_apart() -> None:
    with pytest.raises(InputError, match="--by ring"):
        picture.draw("reasons", [source(beams())], options={"by": "latitude"})
    with pytest.raises(InputError, match="have no place"):
        picture.draw("reasons", [source(beams())], options={"by": "density"})
    with pytest.raises(InputError, match="--by latitude"):
        picture.draw("reasons", [source(calls())], options={"by": "ring"})
    with pytest.raises(InputError, match="latitude, country, density, ring"):
        picture.draw("reasons", [source(calls())], options={"by": "moon"})


def test_nobody_asks() -> None:
    ds = calls().copy()
    zero: dict[str, xr.DataArray] = {
        str(name): xr.zeros_like(ds[name])
        for name in ds.variables
        if name == "cell_sums" or str(name) in ("cell_calls", "cell_calls_offered", "cell_users")
    }
    assert picture.why_not("reasons", [source(ds.assign(zero))]) == "nobody asked in any trial"


def test_an_axis_of_somebody_else() -> None:
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    drawn = picture.draw("reasons", [source(calls())], ax=ax)
    assert drawn.figure is ax.get_figure()
    assert len(drawn.figure.axes) == 1
    assert not drawn.figure.texts


def test_cells_whose_centre_is_abroad_are_no_service_there() -> None:
    ds = calls()
    drawn = picture.draw("reasons", [source(ds)], options={"by": "country"})
    rows = bars(drawn)
    country = ds["cell_country"].values
    counted = ds["cell_counted"].values == 1
    abroad = counted & ~np.isin(country, ["CH", "--"])
    assert len(set(country[abroad])) > 1
    # Users are in Switzerland alone: no bar is named by another country.
    assert set(rows) <= {"all", "Switzerland", "no country", "centre abroad"}
    asked = float(ds["cell_calls_offered"].values[abroad].sum())
    carried = float(ds["cell_calls"].values[abroad].sum())
    assert rows["centre abroad"][GREEN] == pytest.approx(carried / asked, rel=1e-5)
    assert "Centre abroad: users of the region in cells at its border." in drawn.words.subtitle
    assert "by country of the cell's centre" in drawn.words.subtitle


def test_countries_of_other_regions_are_countries() -> None:
    # A box holds users of every country in it.
    totals = cell_totals(OfDataset(calls()))
    assert totals is not None
    country = calls()["cell_country"].values[totals.number]
    names = [each.name for each in by_country_names(totals, {}, country)]
    assert set(names) == {"no country" if each == "--" else each for each in country}


def test_messages_are_no_calls() -> None:
    ds = of_service("message")
    assert "messages are carried" in picture.draw("reasons", [source(ds)]).words.title
    assert picture.draw("convergence", [source(ds)]).words.title.startswith("Messages at once: ")
    budget = picture.draw("delay", [source(ds)]).words.title
    assert "keep message's 30,000 ms" in budget
