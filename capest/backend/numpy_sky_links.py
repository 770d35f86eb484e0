"""Links between users and satellites: distance, direction, loss.

Distances come from products of matrices in double precision whose operands lie on grids so coarse
that every product and every sum is exact: a link has the same bits whatever other links it is
computed with. The rest is single precision, element by element.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.backend.arguments import ConstellationDownlink
from capest.physics.constants import EARTH_RADIUS_M

_SECTORS = 8

# A double has 53 bits. Sums are at most distance plus Earth radius, for a geostationary satellite
# below 2^26 m, and exact as long as products lie on a grid of 2^-27 m. Lengths and unit vectors
# share that; directions are moved by some 10^-7, as single precision moves them.
_BITS = 53
_LENGTH_GRID_M = 2.0**-5
_HORIZONTAL_GRID = 2.0**-23
_SATELLITE_GRID_M = 2.0**-4


@dataclass(frozen=True)
class LinkUsers:
    """Users as links need them; the last axes count users, in any shape.

    Attributes
    ----------
    column : float64 array (4, ...)
        Position in m, and 1.
    horizontal : float64 array (2, 4, ...)
        Unit vectors to the east and to the north; last what they give for the user's own
        position, negative.
    place : int64 array (2, ...)
        First entry of the user's environment in the sky table, and first draw of the user in
        ``sight`` and ``shadow``.
    entry : float32 array (2, ...)
        Entry loss, see `ConstellationDownlink`.
    sight, shadow : float32 array (8 · all users,)
    """

    column: np.ndarray
    horizontal: np.ndarray
    place: np.ndarray
    entry: np.ndarray
    sight: np.ndarray
    shadow: np.ndarray

    def of(self, chosen: np.ndarray) -> LinkUsers:
        """Some of the users, in the shape of their indices."""
        return LinkUsers(
            self.column.take(chosen, axis=-1),
            self.horizontal.take(chosen, axis=-1),
            self.place.take(chosen, axis=-1),
            self.entry.take(chosen, axis=-1),
            self.sight,
            self.shadow,
        )


def prepared_users(links: ConstellationDownlink) -> LinkUsers:
    """Prepare all users."""
    position = links.user_m
    x, y, _ = position
    across = np.sqrt(x * x + y * y)
    at_pole = across == 0.0
    safe = np.where(at_pole, 1.0, across)
    east_x, east_y = np.where(at_pole, 1.0, -y / safe), np.where(at_pole, 0.0, x / safe)
    up_x, up_y, up_z = position / EARTH_RADIUS_M
    column = np.ones((4, x.size))
    column[:3] = _on_grid(position, _LENGTH_GRID_M)
    horizontal = np.zeros((2, 4, x.size))
    horizontal[0, :2] = east_x, east_y
    horizontal[1, :3] = -up_z * east_y, up_z * east_x, up_x * east_y - up_y * east_x
    horizontal[:, :3] = _on_grid(horizontal[:, :3], _HORIZONTAL_GRID)
    own = (horizontal[:, :3] * column[:3]).sum(axis=1)
    horizontal[:, 3] = -_on_grid(own, _HORIZONTAL_GRID * _SATELLITE_GRID_M)
    row = links.environment.astype(np.int64) * links.sky.shape[1]
    return LinkUsers(
        column,
        horizontal,
        place=np.stack([row, np.arange(x.size) * _SECTORS]),
        entry=np.ascontiguousarray(links.entry.T),
        sight=links.sight.ravel(),
        shadow=links.shadow.ravel(),
    )


class SkyLinks:
    """Everything between users and satellites but power and beams.

    Parameters
    ----------
    links : ConstellationDownlink
        Satellites, their antennas and the sky are read.
    """

    def __init__(self, links: ConstellationDownlink) -> None:
        position, table = links.satellite_m, links.sky
        self._rows = _satellite_rows(position, links.axes)
        self._position = np.ones((position.shape[1], 4))
        self._position[:, :3] = _on_grid(position.T, _SATELLITE_GRID_M)
        self._last_entry = np.float32(table.shape[1] - 1)
        los, sigma_los, sigma_nlos, clutter, clear, growth = table.reshape(-1, 6).T
        self._los, self._growth = np.ascontiguousarray(los), np.ascontiguousarray(growth)
        # First without line of sight, then with it; negative: the gain is their exponential.
        self._sigma = -np.concatenate([sigma_nlos, sigma_los])
        self._fixed = -np.concatenate([clear + clutter, clear])
        self._most = None if links.fading_gain else -np.ascontiguousarray(clear)
        self._aperture = np.float32(links.reduced_aperture)
        self._axial = np.float32(links.reduced_aperture * links.axial_weight)
        self._exponent = np.float32(links.element_exponent)
        self._lowest_sine = np.float32(links.lowest_sine)
        self._room = _Room((0, 0))

    def of_tiles(
        self,
        users: LinkUsers,
        satellite: np.ndarray,
        block: np.ndarray,
        runs: list[tuple[int, int]],
        direction: np.ndarray,
    ) -> np.ndarray:
        """Gains of blocks of users from some satellites each.

        Parameters
        ----------
        users : LinkUsers
            (blocks, n) of them.
        satellite, block : int64 array (tiles,)
            Satellite and block of each tile.
        runs : list of (int, int)
            First and end of neighbouring tiles of the same block.
        direction : float32 array (3, tiles, n)
            Overwritten with reduced directions, counted from the nadir.

        Returns
        -------
        float32 array (tiles, n)
            Power at a beam's peak relative to that over 1 m of free space; 0 below the lowest
            elevation. Overwritten by the next call.
        """
        tiles, n = direction.shape[1:]
        if self._room.shape != (tiles, n):
            self._room = _Room((tiles, n))
        room = self._room
        rows, position = self._rows.take(satellite, axis=1), self._position.take(satellite, axis=0)
        longest = np.empty((6, max(stop - start for start, stop in runs), n))
        for start, stop in runs:
            own, at, metres = slice(start, stop), block[start], longest[:, : stop - start]
            np.matmul(rows[:, own], users.column[:, at], out=metres[:4])
            np.matmul(position[own], users.horizontal[:, :, at], out=metres[4:])
            np.copyto(room.seen[:, own], metres, casting="same_kind")
        for kind in range(2):
            users.place[kind].take(block, axis=0, out=room.place[kind], mode="clip")
            users.entry[kind].take(block, axis=0, out=room.entry[kind], mode="clip")
        gain, sine = self._gain(room, users, direction)
        gain *= np.greater_equal(sine, self._lowest_sine, out=room.flag)
        return gain

    def of_pairs(
        self, users: LinkUsers, satellite: np.ndarray, direction: np.ndarray
    ) -> np.ndarray:
        """Gain of every user from one satellite of its own, at whatever elevation.

        Parameters
        ----------
        users : LinkUsers
            n of them.
        satellite : int64 array (n,)
        direction : float32 array (3, n)
            Overwritten as in `of_tiles`.

        Returns
        -------
        float32 array (n,)
        """
        return self._pairs(users, satellite, direction)[0]

    def heard_of_pairs(
        self, users: LinkUsers, satellite: np.ndarray, direction: np.ndarray
    ) -> np.ndarray:
        """Gains as of `of_pairs`, 0 below the lowest elevation."""
        gain, sine = self._pairs(users, satellite, direction)
        gain *= sine >= self._lowest_sine
        return gain

    def _pairs(
        self, users: LinkUsers, satellite: np.ndarray, direction: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        room = _Room(satellite.shape)
        room.seen[:4] = (self._rows.take(satellite, axis=1) * users.column.T).sum(axis=2)
        room.seen[4:] = (self._position[satellite].T * users.horizontal).sum(axis=1)
        room.place[:2], room.entry[:] = users.place, users.entry
        return self._gain(room, users, direction)

    def _gain(
        self, room: _Room, users: LinkUsers, direction: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Gain of the links in ``room`` and sine of the elevation; writes their direction."""
        u, v, w, rise, east, north = room.seen
        entry, draw, whole = room.place
        flag, sector = room.flag, room.sector

        divisor, inverse, other = direction  # not yet needed for what it is named
        np.multiply(u, u, out=divisor)
        divisor += np.multiply(v, v, out=other)
        divisor += np.multiply(w, w, out=other)
        np.sqrt(divisor, out=inverse)
        np.divide(np.float32(1.0), inverse, out=inverse)
        rise *= inverse
        w *= inverse
        inverse *= self._aperture
        u *= inverse
        v *= inverse

        np.less(east, np.float32(0.0), out=flag)
        np.left_shift(flag.view(np.uint8), 1, out=sector)
        sector |= np.less(north, np.float32(0.0), out=flag).view(np.uint8)
        sector <<= 1
        np.abs(east, out=east)
        np.abs(north, out=north)
        sector |= np.less(east, north, out=flag).view(np.uint8)
        np.copyto(whole, sector)
        draw += whole
        one, two = east, north  # both serve as buffers from here on
        np.maximum(rise, np.float32(0.0), out=one)
        one *= self._last_entry
        one += np.float32(0.5)
        np.copyto(whole, one, casting="unsafe")
        entry += whole

        if room.entry[0].any():
            loss = room.entry[0]
            loss *= _read(self._growth, entry, one)
            loss += room.entry[1]
            divisor *= loss
        else:
            divisor *= room.entry[1]
        sight = np.less(_read(users.sight, draw, one), _read(self._los, entry, two), out=flag)
        entry += np.multiply(sight, self._los.size, out=whole)
        exponent = _read(self._sigma, entry, one)
        exponent *= _read(users.shadow, draw, two)
        exponent += _read(self._fixed, entry, two)
        if self._most is not None:
            entry -= whole
            np.minimum(exponent, _read(self._most, entry, two), out=exponent)
        if self._exponent != 0.0:
            with np.errstate(divide="ignore"):  # nothing leaves backwards: logarithm of zero
                exponent += self._exponent * np.log(np.maximum(w, np.float32(0.0)))
        gain = np.exp(exponent, out=exponent)
        gain /= divisor

        direction[0], direction[1] = u, v
        np.multiply(w, self._axial, out=direction[2])
        direction[2] -= self._axial
        return gain, rise


class _Room:
    """Arrays for links of a shape, to be used again: fresh ones would cost a third of the time."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.seen = np.empty((6, *shape), dtype=np.float32)
        self.place = np.empty((3, *shape), dtype=np.int64)
        self.entry = np.empty((2, *shape), dtype=np.float32)
        self.flag = np.empty(shape, dtype=bool)
        self.sector = np.empty(shape, dtype=np.uint8)


def _on_grid(values: np.ndarray, grid: float | np.ndarray) -> np.ndarray:
    return np.rint(values / grid) * grid


def _satellite_rows(position: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """What turns (position, 1) of a user into what satellites see: float64 (4, satellites, 4).

    These are its coordinates along the satellite's axes u, v and w, counted from the satellite, and
    the satellite's height over its horizon: sine of its elevation times range.
    """
    radius_m = np.sqrt((position * position).sum(axis=0))
    below = position * (EARTH_RADIUS_M / radius_m)
    exact = np.concatenate([axes, (position / EARTH_RADIUS_M)[None]])
    seen_below = np.empty((4, position.shape[1]))
    seen_below[:3] = (axes * (below - position)).sum(axis=1)
    seen_below[3] = radius_m - EARTH_RADIUS_M
    sum_grid_m = np.exp2(np.ceil(np.log2(radius_m + EARTH_RADIUS_M)) - _BITS)
    rounded = _on_grid(exact, sum_grid_m / _LENGTH_GRID_M)
    rows = np.empty((4, position.shape[1], 4))
    rows[:, :, :3] = rounded.transpose(0, 2, 1)
    # Over the Earth's radius rounded axes miss by decimetres. So they are made right for the point
    # below the satellite, and miss in proportion to the distance from there.
    rows[:, :, 3] = _on_grid(seen_below - (rounded * below).sum(axis=1), sum_grid_m)
    return rows


def _read(table: np.ndarray, place: np.ndarray, out: np.ndarray) -> np.ndarray:
    return table.take(place, out=out, mode="clip")  # other modes go through a copy
