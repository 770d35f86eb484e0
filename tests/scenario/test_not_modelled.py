"""The table of what is not modelled: which rows stand beside which scenario."""

from __future__ import annotations

import math
import re

import pytest

from capest.scenario.load import load_scenario
from capest.scenario.not_modelled import LARGE_PERCENT, NOT_MODELLED, not_modelled

from .not_modelled_page import PAGE, page

ONE = {"satellite": {"preset": "tr38821-set1-leo600-s"}}
MANY = ONE | {
    "constellation": {"shells": "53: 60/10/1 @ 600"},
    "region": {"kind": "box", "south_deg": 40, "north_deg": 42, "west_deg": 0, "east_deg": 3},
    "users": {"placement": "uniform", "count": 5},
}
SLOTS = MANY | {"constellation": {"geostationary": "2"}}


def effects(raw: dict[str, object]) -> set[str]:
    return {row.effect for row in not_modelled(dict(load_scenario(raw).items()))}


GATEWAYS = "gateways and feeder links"
HELD = "satellites held until the mask, as calls are"
TERRESTRIAL = "terrestrial networks on the same channel, and borders"


def calls(preset: str) -> dict[str, object]:
    return {"service": {"preset": preset}}


def test_the_largest_come_first() -> None:
    sizes = [row.largest_percent for row in NOT_MODELLED]
    assert sizes == sorted(sizes, reverse=True)


def test_what_holds_for_all_stands_beside_all() -> None:
    for raw in (ONE, MANY, SLOTS, MANY | calls("voice"), ONE | calls("message")):
        assert TERRESTRIAL in effects(raw)


@pytest.mark.parametrize(
    ("effect", "there", "missing"),
    [
        (GATEWAYS, MANY, ONE),
        (GATEWAYS, MANY, MANY | {"satellite": ONE["satellite"] | {"payload": "regenerative"}}),
        (HELD, MANY | calls("video-call-480p"), MANY),
        (HELD, MANY | calls("video-call-480p"), SLOTS | calls("video-call-480p")),
        (HELD, MANY | calls("video-call-480p"), ONE | calls("video-call-480p")),
        ("repetitions for voice and text", ONE | calls("voice"), ONE | calls("video-call-480p")),
        ("signalling of short messages", ONE | calls("message"), ONE | calls("voice")),
        ("eclipse and heat", MANY, ONE),
        ("timing advance and guard times of random access", ONE | calls("voice"), ONE),
    ],
)
def test_a_row_stands_where_its_effect_is(
    effect: str, there: dict[str, object], missing: dict[str, object]
) -> None:
    assert effect in effects(there)
    assert effect not in effects(missing)


def test_what_has_no_size_stands_in_the_page_alone() -> None:
    assert not effects(MANY | calls("voice")) & {"half-duplex phones"}
    assert "half-duplex phones" in PAGE.read_text(encoding="utf-8")


def test_the_page_has_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text


def test_what_has_a_size_has_its_sign() -> None:
    for row in NOT_MODELLED:
        if row.largest_percent >= LARGE_PERCENT:
            assert re.search(r"[−+±]\d", row.size), row.effect
        assert row.source, row.effect


def test_sizes_that_are_computed_follow_from_their_figures() -> None:
    size = {row.effect: row.size for row in NOT_MODELLED}

    low, high = (10.0 * math.log10(repeated) for repeated in (8, 16))
    assert f"+{low:.0f} to +{high:.0f} dB" in size["repetitions for voice and text"]
    dark = 1.0 - 100 / 238
    assert f"−{dark:.0%}".replace("%", " %") in size[GATEWAYS]
    few, many = (1.0 - 1.0 / (1.0 + times) for times in (2, 3))
    assert f"−{100 * few:.0f} to −{100 * many:.0f} %" in size["signalling of short messages"]


CHINA = MANY | {"region": {"kind": "country", "country": "CN"}}
ECLIPSE, PATTERN = "eclipse and heat", "a phone's pattern towards other satellites"


def sizes(raw: dict[str, object]) -> dict[str, str]:
    return {row.effect: row.size for row in not_modelled(dict(load_scenario(raw).items()))}


@pytest.mark.parametrize(("raw", "is_its_own"), [(CHINA, True), (MANY, False), (SLOTS, False)])
def test_a_size_of_low_satellites_over_china_says_so_elsewhere(
    raw: dict[str, object], is_its_own: bool
) -> None:
    size = sizes(raw)[GATEWAYS]
    written = next(row.size for row in NOT_MODELLED if row.effect == GATEWAYS)
    said = ": of 238 low satellites over China, not known here"
    assert size == (written if is_its_own else f"{written}{said}")


def test_a_size_of_low_satellites_says_so_beside_geostationary_ones() -> None:
    assert "not known here" not in sizes(MANY)[ECLIPSE]
    assert sizes(SLOTS)[ECLIPSE].endswith(": of low satellites, not known here")


def test_one_satellite_alone_has_no_others() -> None:
    two = MANY | {"constellation": {"geostationary": "2, 10"}}
    assert PATTERN in sizes(MANY)
    assert PATTERN in sizes(two)
    assert PATTERN not in sizes(SLOTS)
