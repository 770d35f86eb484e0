"""Surroundings of users against the tables of TR 38.811."""

import numpy as np
import pytest

from capest.physics import environment
from capest.physics.environments import ENVIRONMENTS


@pytest.mark.parametrize(
    ("name", "frequency_hz", "row", "expected"),
    [  # TR 38.811 Tables 6.6.1-1 and 6.6.2-1 to -3, spot checks
        ("rural", 2e9, 8, (0.998, 0.72, 11.52, 16.3)),
        ("suburban", 20e9, 2, (0.919, 1.9, 11.2, 21.9)),
        ("urban", 2e9, 0, (0.246, 4.0, 6.0, 34.3)),
        ("dense-urban", 20e9, 6, (0.738, 2.6, 12.1, 33.3)),
    ],
)
def test_tables_of_tr_38811(
    name: str, frequency_hz: float, row: int, expected: tuple[float, ...]
) -> None:
    tables = environment.environment_tables(name, frequency_hz)
    columns = (
        tables.los_probability,
        tables.sigma_los_db,
        tables.sigma_nlos_db,
        tables.clutter_loss_db,
    )
    assert tuple(column[row] for column in columns) == pytest.approx(expected)
    assert {len(column) for column in columns} == {9}
    # At its own angles every way of reading gives what the report prints.
    angle = np.array([10.0 * (row + 1)])
    for lookup in ("nearest", "linear"):
        reading = environment.reference_angles(angle, lookup, np)
        got = [environment.at_angles(column, reading, np)[0] for column in columns]
        assert got == pytest.approx(expected)


def test_nearest_reference_angle() -> None:
    elevation_deg = np.array([1.0, 10.0, 14.9, 15.1, 44.0, 84.9, 85.1, 90.0])
    reading = environment.reference_angles(elevation_deg, "nearest", np)
    assert reading.share is None
    assert (reading.lower + 1).tolist() == [1, 1, 1, 2, 4, 8, 9, 9]


def test_between_reference_angles() -> None:
    # Rural: 78.2 % at 10°, 86.9 % at 20°; 95.2 % at 80°, 99.8 % at 90°.
    probability = environment.environment_tables("rural", 2e9).los_probability
    elevation_deg = np.array([0.5, 10.0, 12.5, 20.0, 85.0, 89.0, 90.0])
    reading = environment.reference_angles(elevation_deg, "linear", np)
    got = environment.at_angles(probability, reading, np)
    assert got == pytest.approx([0.782, 0.782, 0.80375, 0.869, 0.975, 0.9934, 0.998])


@pytest.mark.parametrize("name", ENVIRONMENTS.names())
@pytest.mark.parametrize("frequency_hz", [2e9, 20e9])
def test_every_table_is_whole(name: str, frequency_hz: float) -> None:
    tables = environment.environment_tables(name, frequency_hz)
    for column in (tables.sigma_los_db, tables.sigma_nlos_db, tables.clutter_loss_db):
        assert column.shape == (9,)
        assert (column >= 0.0).all()
    assert ((tables.los_probability >= 0.0) & (tables.los_probability <= 1.0)).all()
    lines = [line.split(",") for line in ENVIRONMENTS.text(name).splitlines()]
    assert [line[1] for line in lines[1:]] == [str(10 * step) for step in range(1, 10)] * 2
    assert all(line[-1] for line in lines)


def test_suburban_is_rural_as_tr_38811_has_it() -> None:
    assert ENVIRONMENTS.text("suburban") == ENVIRONMENTS.text("rural")


@pytest.mark.parametrize("name", ENVIRONMENTS.names())
def test_no_steps_between_reference_angles(name: str) -> None:
    elevation_deg = np.linspace(0.1, 90.0, 9000)
    tables = environment.environment_tables(name, 2e9)
    for column in (tables.los_probability, tables.clutter_loss_db):
        reading = environment.reference_angles(elevation_deg, "linear", np)
        steps = np.abs(np.diff(environment.at_angles(column, reading, np)))
        # The steepest line between two printed values, over a step of 0.01°.
        assert steps.max() <= np.abs(np.diff(column)).max() / 1000.0 * 1.001


@pytest.mark.parametrize("name", ENVIRONMENTS.names())
@pytest.mark.parametrize("frequency_hz", [2e9, 20e9])
def test_the_deviation_of_a_town_is_a_choice(name: str, frequency_hz: float) -> None:
    """Of Tables 6.6.2-1 to -3 that of towns alone has one deviation, 4 dB, at all angles."""
    tables = environment.environment_tables(name, frequency_hz)
    chosen = environment.environment_tables(name, frequency_hz, 1.2)
    has_one = (tables.sigma_los_db == environment.URBAN_SIGMA_DB).all()
    assert has_one == (name == "urban")
    assert (chosen.sigma_los_db == (1.2 if has_one else tables.sigma_los_db)).all()
    assert (chosen.sigma_nlos_db == tables.sigma_nlos_db).all()
    assert (chosen.clutter_loss_db == tables.clutter_loss_db).all()


def test_shadow_and_clutter() -> None:
    tables = environment.environment_tables("urban", 2e9)
    reading = environment.reference_angles(np.array([10.0, 10.0, 90.0]), "nearest", np)
    sight = np.array([True, False, False])
    got = environment.shadow_and_clutter_loss_db(
        tables, reading, sight, np.array([1.0, -1.0, 0.0]), np
    )
    assert got == pytest.approx([4.0, 34.3 - 6.0, 25.5])
    without = environment.shadow_and_clutter_loss_db(tables, reading, sight, None, np)
    assert without == pytest.approx([0.0, 34.3, 25.5])
