"""The map shows the values of the file where they are, and says who gets nothing."""

import base64
import io
import re

import matplotlib
import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from PIL import Image

from capest.errors import InputError
from capest.geo import data
from capest.geo.coast import map_lines
from capest.geo.fibonacci import nearest_point
from capest.geo.sphere import EARTH_AREA_KM2, great_circle_km, unit_vectors
from capest.plot.map_image import LEVELS, LOOKS, Without, image_of, scale_of, without
from capest.plot.map_lines import lines_on
from capest.plot.map_places import cell_raster, places_of
from capest.plot.map_projection import EqualEarth, LambertEqualArea
from capest.plot.map_values import PER_KM2, CellValues, cell_names, cell_values
from capest.plot.map_view import view_of
from capest.plot.picture import Picture
from capest.plot.svg_size import smaller
from capest.results.cell_totals import cell_totals
from capest.results.stored import OfDataset
from capest.results.unserved import unserved_of
from capest.results.who_is_served_text import amount_text
from tests.plot.map_runs import drawn, run_in_vain, run_of_beams, run_of_calls, run_over, why_not


def values(numbers: list[float], name: str = "cell_calls", amount: bool = True) -> CellValues:
    return CellValues(name, "calls", "", np.array(numbers), amount)


def rgba(colour: str) -> np.ndarray:
    """Red, green, blue and opacity of a pixel, 0 to 255."""
    return np.rint(np.array(to_rgba(colour)) * 255.0)


def legend_of(shown: Picture) -> list[str]:
    """What patterns mean, line by line."""
    legend = shown.figure.axes[0].get_legend()
    return [] if legend is None else [each.get_text() for each in legend.get_texts()]


class TestView:
    def test_lambert_is_about_the_middle(self) -> None:
        lat, lon = np.array([88.0, 88.0, 88.0]), np.array([0.0, 120.0, -120.0])
        view = view_of(lat, lon, 1000.0)
        assert isinstance(view.projection, LambertEqualArea)
        assert view.projection.lat_deg > 89.0
        assert view.holds(*view.projection.forward(lat, lon)).all()

    def test_over_the_date_line_it_is_small(self) -> None:
        view = view_of(np.array([0.0, 0.0]), np.array([179.0, -179.0]), 1000.0)
        assert view.width_km < 400.0

    def test_one_cell(self) -> None:
        view = view_of(np.array([47.0]), np.array([8.0]), 10_000.0)
        assert 2.0 * 56.0 < view.width_km < 200.0

    def test_the_earth(self) -> None:
        lat, lon = np.array([0.0, 0.0, 0.0, 60.0]), np.array([0.0, 120.0, -120.0, 10.0])
        view = view_of(lat, lon, 1e6)
        assert isinstance(view.projection, EqualEarth)
        assert view.holds(*view.projection.forward(lat, lon)).all()


@pytest.mark.parametrize("region", ["pole", "date line", "earth"])
def test_every_pixel_shows_the_nearest_cell(region: str) -> None:
    stored = OfDataset(run_over(region))
    places = places_of(stored)
    view = places.view()
    raster = cell_raster(view, places, 90)
    lat, lon = view.grid(90)
    on_earth = np.isfinite(lat)
    assert (raster[~on_earth] == -1).all()
    count = round(EARTH_AREA_KM2 / float(places.area_km2[0]))
    unit = unit_vectors(places.lat_deg, places.lon_deg)
    index = nearest_point(unit, count)
    inside = on_earth & (raster >= 0)
    assert inside.mean() > 0.3
    # By brute force: no other cell is nearer to the pixel than its own.
    pixels = unit_vectors(lat[inside], lon[inside])
    cosine = pixels.T @ unit
    own = cosine[np.arange(len(cosine)), raster[inside]]
    assert (own >= cosine.max(axis=1) - 1e-9).all()
    # And every cell that counts has about its share of the map.
    pixel_km2 = (view.width_km / 90) ** 2
    area = np.bincount(raster[inside], minlength=len(index)) * pixel_km2
    assert np.median(area) == pytest.approx(places.area_km2[0], rel=0.2)


def test_guard_cells_are_not_shown() -> None:
    stored = OfDataset(run_of_calls())
    places = places_of(stored)
    assert not places.is_counted.all()
    raster = cell_raster(places.view(), places, 120)
    assert places.is_counted[raster[raster >= 0]].all()
    assert set(np.flatnonzero(places.is_counted)) == set(np.unique(raster[raster >= 0]))


def test_beams_lie_where_the_satellite_points() -> None:
    stored = OfDataset(run_of_beams(True))
    places = places_of(stored)
    cell = places.cell_at(unit_vectors(places.lat_deg, places.lon_deg))
    np.testing.assert_array_equal(cell, np.arange(19))
    # Straight below the satellite is the first beam, and far away none.
    assert great_circle_km(36.0, 139.0, places.lat_deg[0], places.lon_deg[0]) < 1.0
    assert (places.cell_at(unit_vectors(np.array([-36.0]), np.array([139.0]))) == -1).all()
    # One beam alone keeps its width.
    alone = places_of(OfDataset(run_of_beams(True).isel(cell=[4])))
    ring = unit_vectors(places.lat_deg + 0.1, places.lon_deg)
    np.testing.assert_array_equal(alone.cell_at(ring) == 0, places.cell_at(ring) == 4)


class TestLines:
    def test_no_streak_over_the_map(self) -> None:
        for region in ("pole", "date line", "earth"):
            view = places_of(OfDataset(run_over(region))).view()
            x, y = lines_on(view, map_lines())
            step = np.hypot(np.diff(x), np.diff(y))
            assert np.nanmax(step) < 0.12 * max(view.width_km, view.height_km)

    def test_lines_lie_where_the_coast_is(self) -> None:
        view = view_of(np.array([-36.0, -45.0]), np.array([173.0, 170.0]), 1000.0)
        x, y = lines_on(view, map_lines())
        there = np.isfinite(x)
        lat, lon = view.projection.inverse(x[there], y[there])
        lines = map_lines()
        away = [
            great_circle_km(a, b, lines.lat_deg, lines.lon_deg).min()
            for a, b in zip(lat[::40], lon[::40], strict=True)
        ]
        assert max(away) < 0.1

    def test_small_on_paper(self) -> None:
        view = places_of(OfDataset(run_over("earth"))).view()
        x, _ = lines_on(view, map_lines())
        assert len(x) < 9000


class TestValues:
    def test_amounts_are_per_area(self) -> None:
        stored = OfDataset(run_of_calls())
        shown = cell_values(stored)
        assert shown.name == "cell_calls"
        expected = stored.values("cell_calls") / stored.values("cell_area") * PER_KM2
        np.testing.assert_allclose(shown.values, expected, rtol=1e-6)
        assert "per 10,000 km²" in shown.label

    def test_means_are_not(self) -> None:
        stored = OfDataset(run_of_calls())
        shown = cell_values(stored, "sinr_db")
        np.testing.assert_array_equal(shown.values, stored.values("cell_sinr_db"))
        assert shown.unit == "dB"

    def test_trials_without_a_value_do_not_count(self) -> None:
        dataset = run_of_beams().copy(deep=True)
        sinr = dataset["cell_sinr_db"].values
        sinr[:] = 4.0
        sinr[0, 0], sinr[1, 0] = np.nan, -2.0
        sinr[:, 1] = np.nan
        found = cell_values(OfDataset(dataset), "cell_sinr_db").values
        assert found[0] == pytest.approx((4.0 + 4.0 - 2.0) / 3.0)
        assert np.isnan(found[1])

    @pytest.mark.parametrize("of", ["cell_call", "cell_country", "cell_sums", "sinr_db_quantile"])
    def test_what_is_no_number_of_cells(self, of: str) -> None:
        with pytest.raises(InputError, match="no number for every cell"):
            cell_values(OfDataset(run_of_calls()), of)

    @pytest.mark.parametrize(
        ("numbers", "limits"),
        [([0.0, 0.0], (0.0, 1.0)), ([2.0, 2.0], (0.0, 2.0)), ([np.nan], (0.0, 1.0))],
    )
    def test_scales_of_one_value(self, numbers: list[float], limits: tuple[float, float]) -> None:
        assert values(numbers).limits == limits

    def test_wide_amounts_are_logarithmic(self) -> None:
        assert values([0.0, 1.0, 1000.0]).is_logarithmic
        assert not values([0.0, 1.0, 10.0]).is_logarithmic
        assert not values([-40.0, 0.0, 3000.0], "cell_sinr_db", amount=False).is_logarithmic
        low, high = values([-20.0, 5.0], "cell_sinr_db", amount=False).limits
        assert (low, high) == (-20.0, 5.0)


class TestImage:
    def test_kinds(self) -> None:
        shown = values([0.0, 0.0, 0.0, 0.0, 1.0, 1000.0, np.nan], "cell_calls")
        rarely, seldom, nobody = np.eye(3, 7, dtype=bool)
        of_zero = (Without.NEVER_SERVED, Without.ASKED_SELDOM, Without.NOBODY_ASKED)
        expected = [*map(int, of_zero), int(Without.NOTHING), 0, 0, int(Without.VALUE)]
        np.testing.assert_array_equal(without(shown, rarely, seldom, nobody), expected)

    def test_a_value_hides_no_kind(self) -> None:
        # A satellite is in view where nobody is served: the value is shown.
        shown = values([3.0, 0.0], "cell_satellites_in_view", amount=False)
        every, none = np.ones(2, dtype=bool), np.zeros(2, dtype=bool)
        assert (without(shown, every, none, none) == 0).all()

    def test_where_nobody_lives_is_no_lack_of_service(self) -> None:
        shown = values([0.0, 5.0, 5000.0], "cell_people")
        every, none = np.ones(3, dtype=bool), np.zeros(3, dtype=bool)
        assert without(shown, every, none, none).tolist() == [Without.NOTHING, 0, 0]

    def test_colours(self) -> None:
        shown = values([1.0, 5.0, 0.0])
        raster = np.tile(np.array([0, 1, 2, -1]), (16, 4))
        kinds = np.array([0, 0, Without.NEVER_SERVED])
        image = image_of(raster, shown, kinds)
        norm, colours = scale_of(shown)
        np.testing.assert_array_equal(image[0, 1], np.rint(np.array(colours(norm(5.0))) * 255.0))
        assert (image[raster == -1, 3] == 0).all()
        look = LOOKS[Without.NEVER_SERVED]
        found = {tuple(each) for each in image[raster == 2]}
        # One pixel wide, so that all of it is at the edge.
        assert found == {tuple(rgba(look.edge))}

    def test_hatched_with_a_line_around(self) -> None:
        raster = np.full((20, 20), -1)
        raster[2:18, 2:18] = 0
        image = image_of(raster, values([0.0]), np.array([int(Without.NEVER_SERVED)]))
        look = LOOKS[Without.NEVER_SERVED]
        around = image[2:18, 2:18]
        for side in (around[0], around[-1], around[:, 0], around[:, -1]):
            assert (side == rgba(look.edge)).all()
        inside = {tuple(each) for each in around[1:-1, 1:-1].reshape(-1, 4)}
        assert inside == {tuple(rgba(look.colour)), tuple(rgba(look.line))}

    def test_darker_is_more_in_grey_and_nothing_is_lighter_than_any_value(self) -> None:
        weight = np.array([0.299, 0.587, 0.114])
        _, colours = scale_of(values([1.0, 2.0]))
        grey = colours(np.arange(LEVELS))[:, :3] @ weight
        assert (np.diff(grey) < 0.0).all()
        for look in LOOKS.values():
            assert rgba(look.colour)[:3] @ weight / 255.0 > grey.max() + 0.08
        assert LOOKS[Without.NEVER_SERVED].hatch != LOOKS[Without.ASKED_SELDOM].hatch


class TestPicture:
    def test_title_is_the_answer(self) -> None:
        dataset = run_of_calls()
        found = unserved_of(cell_totals(OfDataset(dataset)))  # type: ignore[arg-type]
        title = drawn("map", dataset).words.title
        assert f"{float(dataset.calls_mean):,.1f} calls at once" in title
        assert "of 60 who ask" in title
        assert found.never_served.cells > 0
        # A cell that is served in half of the trials is dark in all of three once in eight times.
        assert "; 3 trials are too few to tell where no call is carried" in title
        (text,) = (each for each in legend_of(drawn("map", dataset)) if "too few" in each)
        people = amount_text(found.never_served.people or 0.0)
        assert text == (
            "no call is carried, but too few of 3 trials had callers there to tell: "
            f"{people} people live there"
        )

    def test_title_of_more_trials(self) -> None:
        dataset = run_in_vain()
        found = unserved_of(cell_totals(OfDataset(dataset)))  # type: ignore[arg-type]
        assert found.rarely_served is not None
        assert 0 < found.rarely_served.cells < found.never_served.cells
        words = drawn("map", dataset).words
        people = amount_text(found.rarely_served.people or 0.0)
        assert (
            f"; {people} people live where no call is carried in any of "
            f"{found.least_asking_trials} or more trials with callers"
        ) in words.title
        assert "at most 5 % of them are named by chance" in words.subtitle

    @pytest.mark.parametrize("of", cell_names(OfDataset(run_in_vain())))
    def test_people_of_the_legend_live_where_it_is_hatched(self, of: str) -> None:
        dataset = run_in_vain()
        shown = drawn("map", dataset, of=of)
        image = np.asarray(shown.figure.axes[0].images[0].get_array())
        places = places_of(OfDataset(dataset))
        raster = cell_raster(places.view(), places, image.shape[1])
        look = LOOKS[Without.NEVER_SERVED]
        is_edge, is_line = ((image == rgba(each)).all(axis=2) for each in (look.edge, look.line))
        hatched = np.unique(raster[is_edge | is_line])
        said = [each for each in legend_of(shown) if "or more trials with callers" in each]
        assert len(said) == bool(len(hatched))
        if len(hatched):
            people = float(dataset["cell_residents"].values[hatched].sum())
            assert said[0].endswith(f": {amount_text(people)} people live there")
        if "people live where" in shown.words.title:
            assert amount_text(people) in shown.words.title
        if of == "cell_people":
            assert not len(hatched)

    def test_footer_names_sources(self) -> None:
        footer = drawn("map", run_of_calls()).words.footer
        assert "coast and borders: Natural Earth 1:50m, as the source draws them" in footer
        assert "GeoNames" in footer

    @pytest.mark.parametrize("region", ["pole", "date line", "earth"])
    def test_anywhere(self, region: str) -> None:
        shown = drawn("map", run_over(region))
        content = shown.content("svg")
        assert len(content) < 200e3
        assert b"at once" in content

    def test_texts_are_on_the_paper_and_apart(self) -> None:
        shown = drawn("map", run_of_calls())
        figure = shown.figure
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        texts = [each for each in figure.findobj(matplotlib.text.Text) if each.get_text().strip()]
        boxes = [each.get_window_extent(renderer) for each in texts if each.get_visible()]
        paper = figure.bbox
        for box in boxes:
            assert box.x0 >= paper.x0 - 1
            assert box.x1 <= paper.x1 + 1
            assert box.y0 >= paper.y0 - 1
            assert box.y1 <= paper.y1 + 1
        for place, one in enumerate(boxes):
            for other in boxes[place + 1 :]:
                overlap_x = min(one.x1, other.x1) - max(one.x0, other.x0)
                overlap_y = min(one.y1, other.y1) - max(one.y0, other.y0)
                assert overlap_x < 1.0 or overlap_y < 1.0

    def test_cities_are_real(self) -> None:
        figure = drawn("map", run_of_calls()).figure
        words = {each.get_text() for each in figure.findobj(matplotlib.text.Text)}
        assert words & {"Vienna", "Prague", "Munich", "Berlin", "Wien", "München", "Praha"}

    def test_somebodys_own_panel(self) -> None:
        from matplotlib.figure import Figure

        from capest.plot import picture
        from capest.plot.source import Source

        figure = Figure((4.0, 3.0))
        ax = figure.subplots()
        picture.draw("map", [Source(run_of_calls())], ax=ax)
        assert ax.images
        assert tuple(figure.get_size_inches()) == (4.0, 3.0)

    def test_nothing_is_served(self) -> None:
        dataset = run_of_calls().copy(deep=True)
        dataset["cell_calls"][:] = 0.0
        dataset["cell_sums"][:] = 0
        assert drawn("map", dataset).content("png", 50)

    def test_some_cells_alone(self) -> None:
        some = run_of_calls().isel(cell=[20])
        # The figures of the file are of all its cells.
        assert "at once," not in drawn("map", some).words.title.replace("Calls at once", "")
        assert "one cell is selected" in why_not("map", run_of_calls().isel(cell=20))

    def test_without_people(self) -> None:
        dataset = run_in_vain().drop_vars(["cell_people", "cell_residents"])
        title = drawn("map", dataset).words.title
        assert re.search(r"; in \d+ of \d+ cells no call is carried in any of", title)

    def test_a_file_that_does_not_say_in_how_many_trials_a_cell_asked(self) -> None:
        dataset = run_in_vain().drop_vars(["cell_sums", "cell_asking_share"])
        assert "does not say in how many trials" in drawn("map", dataset).words.title

    def test_a_satellite_over_a_place(self) -> None:
        assert "in the inner 7 of 19 beams" in drawn("map", run_of_beams(True)).words.title
        assert "satellite.latitude_deg" in why_not("map", run_of_beams())

    @pytest.mark.parametrize(
        "of", ["sinr_db", "cell_covered_share", "cell_calls_refused_uplink", "cell_residents"]
    )
    def test_other_variables(self, of: str) -> None:
        dataset = run_of_calls()
        shown = cell_values(OfDataset(dataset), of)
        assert shown.name in cell_names(OfDataset(dataset))
        there = shown.values[np.isfinite(shown.values)]
        title = drawn("map", dataset, of=of).words.title
        assert title.lower().startswith(shown.long_name.lower())
        if np.ptp(there) > 0.0:
            assert " to " in title
        else:
            assert "in all cells" in title

    def test_hostile_titles(self) -> None:
        dataset = run_of_calls().assign_attrs(title="<script>alert(1)</script> $x$ \x1b[31m\n中国")
        content = drawn("map", dataset).content("svg")
        assert b"<script" not in content
        assert b"\x1b" not in content


def test_smaller_svg_has_the_same_pixels() -> None:
    svg = drawn("map", run_of_calls()).content("svg")
    (found, *_) = re.findall(rb"base64,\s*([A-Za-z0-9+/=\s]+)", svg)
    packed = Image.open(io.BytesIO(base64.b64decode(found)))
    assert packed.mode == "P"
    pixels = packed.convert("RGBA")
    written = io.BytesIO()
    pixels.save(written, "png")
    again = smaller(b'<image href="data:image/png;base64,' + base64.b64encode(written.getvalue()))
    (second,) = re.findall(rb"base64,\s*([A-Za-z0-9+/=\s]+)", again)
    same = Image.open(io.BytesIO(base64.b64decode(second))).convert("RGBA")
    np.testing.assert_array_equal(np.asarray(same), np.asarray(pixels))


def test_smaller_svg_has_the_same_lines() -> None:
    points = "".join(f"\nL {k + 0.123456:.6f} {2 * k:.6f} " for k in range(100))
    path = f'<path d="M 1.000000 2.500000 {points}" clip="x"/>'.encode()
    found = smaller(path).decode()
    numbers = np.array(re.findall(r"[\d.]+", found.partition('d="')[2].partition('"')[0]), float)
    expected = np.array(re.findall(r"[\d.]+", path.decode().partition('d="')[2].partition('"')[0]))
    np.testing.assert_allclose(numbers, expected.astype(float), atol=0.0101)
    assert len(found) < 0.6 * len(path)


def test_countries_of_a_region_are_outlined() -> None:
    from capest.plot.map_places import countries_of

    dataset = run_of_calls()
    assert countries_of(OfDataset(dataset)) == ()
    text = 'title = "x"\n[region]\nkind = "country"\ncountry = "AT, CH"\n'
    named = countries_of(OfDataset(dataset.assign_attrs(scenario_toml=text)))
    assert [data.countries().alpha2[each] for each in named] == ["AT", "CH"]
    assert isinstance(dataset, xr.Dataset)
