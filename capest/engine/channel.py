"""What stands between users and satellites by chance: draws, whatever the carrier.

A user has one draw for all links into a sector of azimuth; a single satellite is seen in one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from capest.engine.world import Channel
from capest.sampling.draws import Draws
from capest.sampling.sectors import draw_one_sector, draw_sectors
from capest.sampling.streams import Purpose
from capest.sampling.whereabouts import Whereabouts, draw_whereabouts


@dataclass(frozen=True)
class Surroundings:
    """Draws of the users of some trials.

    Attributes
    ----------
    sight : float array (users, sectors) or None
        Uniforms of the line of sight; ``None`` where it is not drawn. Of users who see a single
        satellite, one column: that of its sector.
    shadow : float array (users, sectors) or None
        Standard normal deviates of shadow fading; ``None`` without it.
    whereabouts : Whereabouts or None
        ``None`` where all users are outdoors.
    weather_percent : float64 array (users,) or None
        Percentage of time for which the weather is worse than in the user's trial; ``None`` where
        it is given or not counted.
    """

    sight: Any | None
    shadow: Any | None
    whereabouts: Whereabouts | None
    weather_percent: Any | None

    def of(self, order: Any) -> Surroundings:
        """Those of some users, by their numbers."""
        where = self.whereabouts
        if where is not None:
            columns = (where.place, where.thermally_efficient, where.normal)
            where = Whereabouts(*(column[order] for column in columns))
        others = (self.sight, self.shadow, self.weather_percent)
        sight, shadow, percent = (None if each is None else each[order] for each in others)
        return Surroundings(sight, shadow, where, percent)


def draw_surroundings(
    channel: Channel,
    draws: Draws,
    users: int,
    order: Any | None = None,
    sector: Any | None = None,
) -> Surroundings:
    """Draw line of sight, shadow fading, whereabouts and weather.

    Parameters
    ----------
    channel : Channel
    draws : Draws
    users : int
        Users of a trial.
    order : int64 array (trials · users,), optional
        The users of all trials in the order that is wanted.
    sector : int64 array (trials · users,), optional
        The only sector of azimuth in which each user, in that order, sees a satellite; without it
        all sectors are drawn.
    """
    xp = draws.xp
    whereabouts = None
    if channel.indoor_share + channel.vehicle_share > 0.0:
        whereabouts = draw_whereabouts(
            draws,
            users,
            channel.indoor_share,
            channel.vehicle_share,
            channel.thermally_efficient_share,
        )
    percent = None
    if channel.random_weather:
        (moment,) = draws.uniforms(Purpose.WEATHER, 1, 1)
        percent = xp.broadcast_to(100.0 * moment[:, None], (draws.trials, users)).ravel()
    if order is None or sector is None:
        sight, shadow = _draw_sky(channel, draws, users)
        drawn = Surroundings(sight, shadow, whereabouts, percent)
        return drawn if order is None else drawn.of(order)
    drawn = Surroundings(None, None, whereabouts, percent).of(order)
    sight, shadow = _draw_sky(channel, draws, users, (order, sector))
    return replace(drawn, sight=sight, shadow=shadow)


def _draw_sky(
    channel: Channel, draws: Draws, users: int, chosen: tuple[Any, Any] | None = None
) -> tuple[Any | None, Any | None]:
    """Draws of line of sight and shadow fading, (users, sectors), those that are asked for."""
    seen = channel.line_of_sight == "probability"
    sight = shadow = None
    if channel.sectors > 1:
        if not (seen or channel.shadow_fading):
            return None, None
        if chosen is None:
            sight, shadow = draw_sectors(draws, users)
        else:
            sight, shadow = draw_one_sector(draws, users, *chosen)
        return (sight if seen else None), (shadow if channel.shadow_fading else None)
    if seen:
        sight = draws.uniforms(Purpose.LINE_OF_SIGHT, users, 1)[0][:, None]
    if channel.shadow_fading:
        shadow = draws.normals(Purpose.SHADOWING, users)[:, None]
    return sight, shadow
