"""The answer in one line, from estimates made up for it."""

import pytest

from capest.results.headline import call_means, headline
from capest.statistics.reduction import Estimate
from capest.statistics.refusals import REFUSAL_REASONS

CHOICES = (
    "(see channel.fading_gain=none, channel.urban_sigma_db=1.2; no single number: capest "
    "uncertainty --margin -6:6:2 gives the curve)"
)
OF_REFUSED = tuple(f"refused_{reason}_share" for reason in REFUSAL_REASONS)


def estimates(refused, shares, reasons=OF_REFUSED):
    values = {"calls": (12.0, 11.0, 13.0), "calls_offered": (40.0, 39.0, 41.0)}
    values["refused_share"] = (refused, refused, refused)
    values |= {name: (share,) * 3 for name, share in zip(reasons, shares, strict=True)}
    return {
        (metric, "mean"): Estimate(metric, "mean", *numbers, "1")
        for metric, numbers in values.items()
    }


@pytest.mark.parametrize(
    ("refused", "shown"), [(0.99996, "99.99 %"), (1.0, "100 %"), (0.994, "99 %"), (0.0, "0 %")]
)
def test_all_are_refused_only_if_nobody_is_left(refused, shown):
    found = headline(estimates(refused, [0.0] * len(OF_REFUSED)))
    assert found == f"12.0 calls at once, ±1.0; refused {shown}"


def test_reasons_come_in_their_order_of_weight():
    shares = [0.0] * len(OF_REFUSED)
    shares[1], shares[-1] = 0.25, 0.75
    found = headline(estimates(0.7, shares), "voice", "by the downlink only")
    assert found == (
        "voice: 12.0 calls at once, ±1.0 (by the downlink only); refused 70 %: "
        "bandwidth 75 %, no satellite above the mask 25 %"
    )


@pytest.mark.parametrize(
    ("lifted", "shown"),
    [
        (12.0, f"; all calls rest on shadow fading above free space {CHOICES}"),
        (3.0, f"; 25 % of the calls rest on shadow fading above free space {CHOICES}"),
        (1.21, f"; 10 % of the calls rest on shadow fading above free space {CHOICES}"),
        (1.2, ""),
        (0.0, ""),
    ],
)
def test_calls_that_rest_on_fading_are_told(lifted, shown):
    found = estimates(0.0, [0.0] * len(OF_REFUSED))
    found["calls_on_fading", "mean"] = Estimate("calls_on_fading", "mean", *(lifted,) * 3, "1")
    assert headline(found) == f"12.0 calls at once, ±1.0{shown}; refused 0 %"


def test_text_messages_are_no_calls():
    found = headline(estimates(0.0, [0.0] * len(OF_REFUSED)), "message")
    assert found.startswith("message: 12.0 users at once")


def test_a_result_from_before_a_reason_was_known_is_read():
    known = [name for name in OF_REFUSED if "elevation" not in name]
    old = estimates(0.5, [0.0] * (len(known) - 1) + [1.0], known)
    assert headline(old).endswith("refused 50 %: bandwidth 100 %")
    assert [label for label, _, _ in call_means(old)][-1] == "refused: bandwidth"
