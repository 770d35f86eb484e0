"""What a world of one satellite and a world of many have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capest.engine.build.place_loss import Climates
from capest.engine.build.radio import link_constants, radio_of
from capest.engine.build.services import services_of
from capest.engine.radio import Radio
from capest.engine.services.settings import Services
from capest.engine.world import Channel

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def services_and_radio(
    scenario: Scenario, chord: float | None, climates: Climates | None = None
) -> tuple[Services | None, Radio]:
    """Services, ``None`` without any, and the radio; parameters as of `radio.radio_of`."""
    link = link_constants(scenario)
    services = services_of(scenario, link)
    calls = services is not None and services.has_calls and services.uplink is not None
    return services, radio_of(scenario, link, chord, climates, calls=calls)


def channel_of(scenario: Scenario, sectors: int) -> Channel:
    """What the channel draws for each user, in so many sectors of azimuth."""
    channel, users = scenario.channel, scenario.users
    return Channel(
        line_of_sight=channel.line_of_sight,
        shadow_fading=channel.shadow_fading,
        fading_gain=channel.fading_gain == "full",
        sectors=sectors,
        elevation_lookup=channel.elevation_lookup,
        indoor_share=users.indoor_share,
        vehicle_share=users.vehicle_share,
        thermally_efficient_share=channel.thermally_efficient_share,
        vehicle_loss_db=channel.vehicle_loss_db,
        random_weather=channel.weather == "random" and not scenario.has_constellation,
    )
