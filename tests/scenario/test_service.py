"""Services of a scenario: presets, figures of its own, and mixes."""

import pytest

from capest.errors import InputError
from capest.scenario.load import load_scenario
from capest.scenario.presets import presets_of
from capest.scenario.service_classes import guaranteed_services, parse_mix, service_classes
from capest.statistics.quantities import calls_of_service, is_known, quantity

SATELLITE = {"satellite": {"preset": "tr38821-set1-leo600-s"}}


def classes(rules="0.2", **service):
    raw = {**SATELLITE, "rules": rules, "service": service}
    return service_classes(load_scenario(raw).service, rules)


def test_no_service_no_classes():
    assert classes() == ()


def test_a_preset_and_a_figure_of_its_own():
    (call,) = classes(preset="video-call-720p", uplink_kbps=300.0)
    assert (call.downlink_kbps, call.uplink_kbps) == (1200.0, 300.0)
    assert (call.share, call.activity, call.guaranteed) == (1.0, 1.0, True)
    assert call.delay_budget_ms == 150.0


def test_a_new_preset_replaces_the_figures():
    scenario = load_scenario({**SATELLITE, "service": {"preset": "voice", "activity": 0.5}})
    other = scenario.replace(service__preset="video-call-360p")
    assert (other.service.downlink_kbps, other.service.activity) == (300.0, 1.0)
    assert load_scenario(other.model_dump()) == other


def test_a_mix_is_the_classes_of_its_presets():
    video, voice, rest = classes(mix="video-call-480p 30%, voice 50 %,best-effort 20%")
    assert [each.share for each in (video, voice, rest)] == pytest.approx([0.3, 0.5, 0.2])
    assert [each.downlink_kbps for each in (video, voice)] == [600.0, 16.4]
    assert [each.guaranteed for each in (video, voice, rest)] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("voice 50%, video-call-48p 50%", "did you mean video-call-480p"),
        ("voice 50%", "add up to 50%, not to 100%"),
        ("voice 50%, voice 50%", "stands there twice"),
        ("voice", "a service and its percentage"),
        ("voice 100%,", "an empty part"),
        ("", "an empty part"),
        ("voice -5%, best-effort 105%", "a service and its percentage"),
        ("tr38821-set1-leo600-s 100%", "there is no service"),
    ],
)
def test_faults_of_a_mix_are_one_line(text, said):
    with pytest.raises(InputError, match=said) as caught:
        classes(mix=text)
    assert "\n" not in str(caught.value)


def test_a_mix_stands_alone():
    with pytest.raises(InputError, match="not together with preset, downlink_kbps"):
        classes(mix="voice 100%", preset="voice")


def test_half_a_service_is_none():
    with pytest.raises(InputError, match=r"service\.uplink_kbps"):
        classes(downlink_kbps=64.0)


def test_presets_with_a_guaranteed_rate_have_quantities_of_their_own():
    guaranteed = [p.name for p in presets_of("service") if p.figures["guaranteed"].value]
    assert list(guaranteed_services()) == guaranteed
    for service in guaranteed:
        rows = [quantity(name) for name in calls_of_service(service)]
        assert [row.service for row in rows] == [service, service]
        assert [row.family for row in rows] == ["calls_{service}", "calls_offered_{service}"]
        assert all(row.long_name.endswith(f"of the service {service}") for row in rows)
    # Other quantities of calls are no service's.
    assert not any(quantity(f"calls_{name}").service for name in ("offered", "refused", "blocked"))
    assert not is_known("Calls_voice")


def test_shares_may_have_decimals():
    assert parse_mix("voice 33.5%, message 66.5%") == (("voice", 0.335), ("message", 0.665))


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ({"preset": "voice"}, "at most 0.99"),
        ({"preset": "voice", "activity": 0.995}, "at most 0.99"),
        ({"preset": "best-effort", "activity": 0.1}, "only with one service"),
        ({"mix": "voice 100%"}, "only with one service"),
        ({}, "only with one service"),
    ],
)
def test_calls_that_come_and_go_need_users_who_hang_up(service, said):
    with pytest.raises(InputError, match=said):
        classes(**service, simulated_holding_times=5)


def test_voice_pauses_by_the_later_rules_in_a_mix_too():
    assert [each.talk_share for each in classes(preset="voice")] == [1.0]
    mix = "video-call-480p 50%, voice 50%"
    for rules, talks, headers in (("0.2", 1.0, 0.0), ("0.3", 0.5, 0.1)):
        scenario = load_scenario({**SATELLITE, "rules": rules, "service": {"preset": "voice"}})
        assert service_classes(scenario.service, rules)[0].talk_share == talks
        scenario = load_scenario({**SATELLITE, "rules": rules, "service": {"mix": mix}})
        video, voice = service_classes(scenario.service, rules)
        assert (video.talk_share, voice.talk_share) == (1.0, talks)
        # The rate of voice has its headers in it.
        assert (video.header_share, voice.header_share) == (headers, 0.0)
        assert video.rates_mbps == pytest.approx((0.6 * (1.0 + headers),) * 2)


def test_least_rates_are_the_wanted_ones_unless_written():
    (call,) = classes(preset="video-call-720p")
    assert not call.is_adaptive
    assert call.least_mbps == call.rates_mbps == (1.2, 1.2)
    (call,) = classes(rules="0.3", preset="video-call-720p")
    assert call.least_mbps == call.rates_mbps == pytest.approx((1.32, 1.32))
    (call,) = classes(preset="video-call-720p", least_uplink_kbps=600.0)
    assert call.least_mbps == (1.2, 0.6)
    (call,) = classes(preset="video-call-adaptive")
    assert (call.least_mbps, call.rates_mbps) == ((0.3, 0.3), (1.2, 1.2))
    (call,) = classes(mix="video-call-adaptive 100%")
    assert (call.least_mbps, call.rates_mbps) == ((0.3, 0.3), (1.2, 1.2))


def test_a_direction_that_wants_nothing_may_have_nothing():
    (call,) = classes(preset="voice", uplink_kbps=0.0, least_uplink_kbps=0.0)
    assert (call.least_mbps[1], call.rates_mbps[1]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ({"preset": "voice", "least_downlink_kbps": 20.0}, "at most service.downlink_kbps, 16.4"),
        ({"preset": "voice", "least_uplink_kbps": 20.0}, "at most service.uplink_kbps, 16.4"),
        ({"preset": "voice", "least_downlink_kbps": 0.0}, "above 0, as service.downlink_kbps is"),
        ({"preset": "voice", "least_uplink_kbps": 0.0}, "above 0, as service.uplink_kbps is"),
        ({"preset": "voice", "talk_share": 0.0}, "talk_share.*above 0"),
        ({"preset": "voice", "header_share": 1.0}, "header_share.*below 1"),
        ({"preset": "best-effort", "least_downlink_kbps": 5.0}, "the rate is not guaranteed"),
        ({"mix": "voice 100%", "least_downlink_kbps": 5.0}, "not together with least_downlink"),
        ({"mix": "voice 100%", "talk_share": 0.5}, "not together with talk_share"),
        ({"least_downlink_kbps": 5.0}, "required beside least_downlink_kbps"),
    ],
)
def test_what_does_not_fit_is_one_line(service, said):
    with pytest.raises(InputError, match=said) as caught:
        classes(**service)
    assert str(caught.value).count("\n") == 0
