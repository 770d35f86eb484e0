"""What people type for keys, and the key that is meant."""

import pytest

from capest.scenario.model import fields
from capest.scenario.nearest import did_you_mean_key
from capest.scenario.renamed import new_names

RENAMED = new_names(fields())
MEANT = {
    "beams.reuse": "frequency_reuse",
    "beams.freq_reuse": "frequency_reuse",
    "beams.colours": "frequency_reuse",
    "beams.number": "count",
    "beams.spacing": "spacing_uv",
    "beams.active": "satellite.beams_at_once",
    "beams.active_cuont": "satellite.beams_at_once",
    "constellation.beam_per_satellite": "satellite.beams_at_once",
    "beams.polarization_reuse": "polarisation_reuse",
    "users.number": "count",
    "users.n_users": "count",
    "users.indoor": "indoor_share",
    "users.hotspot_count": "users.hotspots.count",
    "users.hotspots.radius": "radius_km",
    "satellite.altitude": "altitude_km",
    "satellite.height_km": "altitude_km",
    "satellite.elevation": "elevation_deg",
    "satellite.frequency_mhz": "frequency_ghz",
    "satellite.uplink_frequency": "uplink_frequency_ghz",
    "satellite.power_w": "rf_power_w",
    "satellite.eirp": "eirp_density_dbw_per_mhz",
    "satellite.g_over_t": "g_over_t_db_per_k",
    "satellite.diameter": "antenna_diameter_m",
    "carrier.bandwidth": "bandwidth_mhz",
    "carrier.frequency_ghz": "satellite.frequency_ghz",
    "bandwidth_mhz": "carrier.bandwidth_mhz",
    "run.n_trials": "trials",
    "run.max_trials": "trials",
    "run.seeds": "seed",
    "handset.gain": "antenna_gain_dbi",
    "handset.tx_gain": "transmit_gain_dbi",
    "handset.tx_power_dbm": "transmit_power_dbm",
    "handset.noise": "noise_figure_db",
    "handset.temperature": "antenna_temperature_k",
    "elevation": "satellite.elevation_deg",
    "min_elevation": "constellation.minimum_elevation_deg",
    "n_users": "users.count",
    "trials": "run.trials",
    "cells.width_km": "diameter_km",
    "constellation.min_elevation_deg": "minimum_elevation_deg",
    "constellation.shell": "shells",
    "constellation.fraction": "deployed_fraction",
    "uplink.frequency_ghz": "satellite.uplink_frequency_ghz",
    "link.adaption": "adaptation",
    "service.delay_ms": "delay_budget_ms",
    "region.countries": "country",
}
FAR = (
    *("xyz", "a", "output", "satellite.xyz", "beams.foo", "run.workers", "run.backend"),
    *("channel.rain", "handset.colour", "scheduler.quota", "service.rate_kbps", "region.polygon"),
    *("uplink.jamming", "users.distribution", "link.s", "beams._", "cells.of"),
)


@pytest.mark.parametrize("typed", MEANT)
def test_the_key_that_is_meant(typed):
    said = did_you_mean_key(typed, list(fields()), RENAMED)
    assert said.partition(" (in ")[0] == f"did you mean {MEANT[typed]}"


@pytest.mark.parametrize("typed", FAR)
def test_nothing_far_is_suggested(typed):
    assert did_you_mean_key(typed, list(fields()), RENAMED).startswith("known: ")


@pytest.mark.parametrize("key", fields())
def test_a_key_is_nearest_to_itself_without_its_unit_or_a_letter(key):
    section, _, name = key.rpartition(".")
    if len(name) > 6:
        said = did_you_mean_key(
            f"{section}.{name[:2]}{name[3:]}".lstrip("."), list(fields()), RENAMED
        )
        assert said.partition(" (in ")[0] == f"did you mean {name}"
