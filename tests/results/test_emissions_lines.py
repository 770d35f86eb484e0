"""Lines of a summary on power and flux, from values of trials."""

import numpy as np

from capest.results.emissions_lines import emissions_summary

VALUES = {
    "pfd_worst_dbw_per_m2_mhz": np.array([-95.5, np.nan, -93.25]),
    "pfd_worst_elevation_deg": np.array([80.0, np.nan, 62.4]),
    "out_of_band_pfd_worst_dbw_per_m2_mhz": np.array([-140.5, np.nan, -138.25]),
    "radiated_w": np.array([100.0, np.nan, 300.0]),
    "radiated_w_largest": np.array([150.0, np.nan, 500.0]),
    "beams_radiating": np.array([10, 0, 30]),
}
POWER = {
    "turned_down_by_rf_power_db": np.array([0.5, np.nan, 1.5]),
    "turned_down_by_rf_power_largest_db": np.array([1.0, np.nan, 4.25]),
    "beams_turned_down_by_rf_power": np.array([2, 0, 8]),
}
FLUX = {
    "turned_down_by_pfd_db": np.array([0.0, np.nan, 0.0]),
    "turned_down_by_pfd_largest_db": np.array([0.0, np.nan, 0.0]),
    "beams_turned_down_by_pfd": np.array([0, 0, 0]),
}


class Values:
    def __init__(self, **values):
        self._values = values
        self.names = frozenset(values)

    def values(self, name, place=...):
        return self._values[name][place]


def test_extremes_are_of_all_trials_and_means_of_those_that_have_any():
    satellite = {"rf_power_w": 500.0, "pfd_limit_dbw_per_m2_mhz": -92.0}
    found = emissions_summary(Values(**VALUES, **POWER, **FLUX), {"satellite": satellite})
    assert found.lines() == [
        "power-flux density on the ground, the largest of one beam at its cell's centre: "
        "-93.2 dBW/m²/MHz in band (limit -92), arriving at 62° elevation; -138.2 out of band",
        "radiated: 200 W by a satellite in use, on average; 500 W at most (limit 500)",
        "turned down: none by the PFD limit; 25 % of lit beams by the RF power limit "
        "(1.0 dB on average over all, 4.2 dB at most)",
    ]
    told = found.to_dict()
    assert told["pfd_dbw_per_m2_mhz"] == -93.25
    assert told["turned_down"]["rf_power"] == {"share": 0.25, "mean_db": 1.0, "largest_db": 4.25}
    assert told["limits"] == {"pfd": -92.0, "rf_power": 500.0}


def test_without_limits_nothing_is_turned_down_and_the_sum_stands_with_its_limit():
    found = emissions_summary(Values(**VALUES), {"satellite": {}})
    assert len(found.lines()) == 2
    limit = "out_of_band_pfd_limit_dbw_per_m2_mhz"
    together = {"out_of_band_pfd_aggregate_dbw_per_m2_mhz": np.array([-130.0, np.nan, -125.0])}
    found = emissions_summary(Values(**VALUES, **together), {"satellite": {limit: -120.0}})
    assert found.lines()[0].endswith("-125.0 of all satellites together (limit -120)")


def test_shells_with_limits_of_their_own_have_no_one_limit_beside_them():
    scenario = {
        "satellite": {"rf_power_w": 500.0},
        "constellation": {"shell": [{"orbit": "53: 1/1/0 @ 550", "rf_power_w": 900.0}]},
    }
    found = emissions_summary(Values(**VALUES, **POWER), scenario)
    assert found.lines()[1].endswith("500 W at most (limits differ)")


def test_nothing_to_tell():
    assert emissions_summary(Values(), {}) is None
    dark = {name: values[1:2] for name, values in VALUES.items()}
    assert emissions_summary(Values(**dark), {}) is None
