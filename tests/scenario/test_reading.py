"""Every key is read where the table says so, and named where it is not."""

import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from capest.backend.numpy_kernels import NumpyKernels
from capest.cli import cli
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.errors import ScenarioError
from capest.runner.sweep_points import parse_axis, points_of
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario, fields
from capest.scenario.plain import set_key
from capest.scenario.reading_table import READ_WHEN

ONE = {
    **{"satellite.preset": "tr38821-set1-leo600-s", "beams.count": 7, "beams.statistics_count": 7},
    **{"users.per_beam": 4},
}
WITHOUT_USERS = {key: value for key, value in ONE.items() if key != "users.per_beam"}
BOX = {
    **{"satellite.preset": "tr38821-set1-leo1200-s", "constellation.shells": "60: 200/10/1 @ 1200"},
    **{"region.kind": "box", "region.south_deg": 20.0, "region.north_deg": 30.0},
    **{"region.west_deg": 0.0, "region.east_deg": 12.0},
    **{"users.placement": "uniform", "users.count": 120, "cells.diameter_km": 250.0},
}
CIRCLE = {
    **{key: BOX[key] for key in BOX if not key.startswith("region.")},
    **{"region.kind": "circle", "region.latitude_deg": 25.0, "region.longitude_deg": 6.0},
    "region.radius_km": 500.0,
}
ISRAEL = {
    **{key: BOX[key] for key in BOX if not key.startswith("region.")},
    **{"region.kind": "country", "region.country": "IL"},
}
EARTH = {
    **{key: BOX[key] for key in BOX if not key.startswith("region.")},
    "region.kind": "earth",
}
GEO = {**{key: BOX[key] for key in BOX if key != "constellation.shells"},
       "constellation.geostationary": "10"}  # fmt: skip
SWEEPING = {**BOX, "cells.layout": "satellite-fixed", "beams.count": 19, "beams.spacing_uv": 0.08}
SOLVED = {**BOX, "cells.assignment": "solved"}
ARRAY = {**BOX, "satellite.antenna": "array"}
SIDELOBES = {**BOX, "satellite.out_of_band_pfd_limit_dbw_per_m2_mhz": -170.0}
HALF = {**BOX, "constellation.deployed_fraction": 0.5}
PEOPLE = {
    **{key: ISRAEL[key] for key in ISRAEL if key != "users.count"},
    **{"users.placement": "population", "users.devices_per_person": 0.002},
}
UNCOVERED = {"users.placement": "uncovered"}
CALL = {
    **{"service.downlink_kbps": 100.0, "service.uplink_kbps": 50.0, "service.guaranteed": True},
    "service.delay_budget_ms": 150.0,
}
MANY_CALLS = {**ONE, "users.per_beam": 200, "carrier.bandwidth_mhz": 2.0, **CALL}
LATE_CALLS = {**ONE, **CALL, "service.delay_budget_ms": 45.0}
UPLINK = {**ONE, "uplink.interference": "full-buffer"}
WEAK_CALLS = {**ONE, **CALL, "handset.body_loss_db": 6.0, "service.uplink_kbps": 300.0}
ALONE = {**ONE, "users.per_beam": 1}
TURNS = {**UPLINK, "users.per_beam": 40, "handset.body_loss_db": 3.0}
FRACTIONAL = {**UPLINK, "uplink.power_control": "fractional"}
CROWDS = {**WITHOUT_USERS, "users.placement": "hotspots", "users.count": 40}
HOPPING = {**ONE, "beams.allocation": "random", "satellite.beams_at_once": 3}
FRAME = {**HOPPING, "beams.slots": 6}
TURNS_OF_MANY = {**BOX, "beams.allocation": "random", "satellite.beams_at_once": 1}
COVERAGE = {"cells.objective": "coverage"}
COVERED = {**BOX, **CALL, **COVERAGE, "carrier.bandwidth_mhz": 1.0}
SHANNON = {**ONE, "link.adaptation": "truncated-shannon"}
S1528 = {**ONE, "satellite.pattern": "s1528-leo", "beams.spacing_uv": 0.06}
INDOORS = {**ONE, "users.indoor_share": 0.6, "users.vehicle_share": 0.3}
KA = {**ONE, "satellite.preset": "tr38821-set1-leo600-ka"}
FREE = {**ONE, "channel.line_of_sight": "always", "channel.shadow_fading": False}
RAIN = {
    **{**KA, "channel.weather": "exceeded", "channel.latitude_deg": 40.0},
    "channel.longitude_deg": 116.0,
}
LOW = {**ONE, "satellite.elevation_deg": 40.0}
PLACED = {
    **{**LOW, "satellite.latitude_deg": 40.0, "satellite.longitude_deg": 9.0},
    **{"users.placement": "population", "channel.environment": "by-place"},
}

# Key -> a scenario that reads it, and a value that changes its result.
READ = {
    "satellite.preset": (ONE, "tr38821-set1-leo1200-s"),
    "satellite.altitude_km": (ONE, 700.0),
    "satellite.elevation_deg": (ONE, 60.0),
    "satellite.latitude_deg": (PLACED, 41.0),
    "satellite.longitude_deg": (PLACED, 10.0),
    "satellite.azimuth_deg": (PLACED, 90.0),
    "satellite.frequency_ghz": (ONE, 2.2),
    "satellite.eirp_density_dbw_per_mhz": (ONE, 30.0),
    "satellite.antenna_gain_dbi": (ONE, 33.0),
    "satellite.antenna_diameter_m": (ONE, 2.4),
    "satellite.hpbw_deg": (ONE, 5.0),
    "satellite.payload": (ONE, "regenerative"),
    "satellite.gateway_elevation_deg": (ONE, 60.0),
    "satellite.uplink_frequency_ghz": (UPLINK, 2.4),
    "satellite.uplink_antenna_diameter_m": (UPLINK, 2.4),
    "satellite.g_over_t_db_per_k": (UPLINK, -4.0),
    "satellite.pattern": (ONE, "s1528-leo"),
    "satellite.antenna": (ONE, "array"),
    "satellite.element_exponent": (ARRAY, 3.0),
    "satellite.steering_loss_exponent": (BOX, 3.0),
    "satellite.beams_at_once": (BOX, 1),
    "satellite.rf_power_w": (BOX, 1.0),
    "satellite.power_limit": (BOX | {"satellite.rf_power_w": 50.0}, "fewer-beams"),
    "satellite.feeder_bandwidth_mhz": (BOX, 30.0),
    "satellite.largest_scan_deg": (BOX, 30.0),
    "satellite.pfd_limit_dbw_per_m2_mhz": (BOX, -120.0),
    "satellite.out_of_band_pfd_limit_dbw_per_m2_mhz": (BOX, -170.0),
    "satellite.out_of_band_rejection_db": (ONE, 30.0),
    "constellation.preset": ({k: v for k, v in BOX.items() if k != "constellation.shells"}
                             | {"constellation.preset": "iridium-66"}, "globalstar-24"),
    "constellation.shells": (BOX, "60: 200/10/3 @ 1200"),
    "constellation.shell": (
        {k: v for k, v in BOX.items() if k != "constellation.shells"}
        | {"constellation.shell": [{"orbit": "60: 200/10/1 @ 1200"}]},
        [{"orbit": "60: 200/10/1 @ 1200", "beams_at_once": 1}],
    ),
    "constellation.geostationary": (BOX, "10"),
    "constellation.catalogue": (BOX, "CATALOGUE"),
    "constellation.gateways": (BOX, "25.0 6.0"),
    "constellation.deployed_fraction": (BOX, 0.5),
    "constellation.deployment": (HALF, "planes"),
    "constellation.start": (BOX, "2026-01-01T03:00:00Z"),
    "constellation.window_h": (BOX, 3.0),
    "constellation.epochs": (BOX, "stratified"),
    "constellation.minimum_elevation_deg": (BOX, 50.0),
    "constellation.minimum_visibility_s": (BOX, 300.0),
    "constellation.cull_elevation_deg": (BOX, 29.0),
    "region.kind": (BOX, None),
    "region.country": (ISRAEL, "LB"),
    "region.south_deg": (BOX, 22.0),
    "region.north_deg": (BOX, 33.0),
    "region.west_deg": (BOX, 2.0),
    "region.east_deg": (BOX, 14.0),
    "region.latitude_deg": (CIRCLE, 35.0),
    "region.longitude_deg": (CIRCLE, 16.0),
    "region.radius_km": (CIRCLE, 700.0),
    "region.file": (BOX, None),
    "region.guard_km": (BOX, 200.0),
    "cells.layout": (SWEEPING | {"cells.layout": "satellite-fixed"}, None),
    "cells.diameter_km": (BOX, 300.0),
    "cells.diameter_from": (
        {k: v for k, v in BOX.items() if k != "cells.diameter_km"}
        | {"satellite.altitude_km": 1500.0},
        "satellite",
    ),
    "cells.lit": (BOX | {"users.count": 10}, "all"),
    "cells.assignment": (BOX, "least-loaded"),
    "cells.order": (BOX | {"satellite.beams_at_once": 1}, "random"),
    "cells.preference": (BOX, "least-loaded"),
    "cells.refinement": (BOX | CALL, "local-search"),
    "cells.moves": (BOX | CALL | {"cells.refinement": "local-search", "cells.moves": 200}, 3),
    # Where neighbours have as many users, a further beam pays nobody.
    "cells.beams_per_cell": (
        BOX | {"beams.frequency_reuse": 3, "users.placement": "hotspots",
               "users.hotspots.count": 1, "users.hotspots.radius_km": 10.0,
               "users.hotspots.share": 1.0}, 2,
    ),
    "cells.objective": (TURNS_OF_MANY | {"beams.slots": 6}, "coverage"),
    "cells.minimum_share": (COVERED, 1.0),
    "cells.bound": (BOX | CALL, "interference-free"),
    "beams.count": (ONE, 19),
    "beams.statistics_count": (ONE, 1),
    "beams.spacing_uv": (ONE, 0.08),
    "beams.frequency_reuse": (ONE, 3),
    "beams.polarisation_reuse": (ONE, None),
    "beams.allocation": (HOPPING, "periodic"),
    "beams.slots": (FRAME, 2),
    "beams.slot_ms": (FRAME | CALL, 50.0),
    "beams.cells_per_beam": (TURNS_OF_MANY, 2),
    "beams.bound": (FRAME, "fluid"),
    "beams.beyond_earth": (ONE, None),
    "carrier.bandwidth_mhz": (ONE, 10.0),
    "carrier.guard_band": (ONE | {"carrier.bandwidth_mhz": 12.0}, "smaller-channel"),
    "users.placement": (ONE, "uniform"),
    "users.positions": (ONE, "stratified"),
    "users.per_beam": (ONE, 5),
    "users.count": (CROWDS, 50),
    "users.devices_per_person": (PEOPLE, 0.003),
    "users.activity_factor": (PEOPLE, 0.02),
    "users.erlang_per_device": (PEOPLE | CALL, 0.001),
    "users.demand_mbps": (FRAME, 3.0),
    "users.indoor_share": (ONE, 0.5),
    "users.vehicle_share": (ONE, 0.5),
    "users.file": (BOX, None),
    "users.uncovered_density_per_km2": (PEOPLE | {"users.placement": "uncovered"}, 30.0),
    "users.hotspots.count": (CROWDS, 2),
    "users.hotspots.radius_km": (CROWDS, 40.0),
    "users.hotspots.share": (CROWDS, 0.3),
    "handset.preset": (ONE, "smartphone-worst"),
    "handset.antenna_gain_dbi": (ONE, -3.0),
    "handset.noise_figure_db": (ONE, 9.0),
    "handset.antenna_temperature_k": (ONE, 200.0),
    "handset.body_loss_db": (ONE, 3.0),
    "handset.polarisation_loss_db": (ONE, 3.0),
    "handset.transmit_power_dbm": (UPLINK, 20.0),
    "handset.transmit_gain_dbi": (UPLINK, -3.0),
    "handset.power_reduction_db": (UPLINK, 2.0),
    "handset.branches": (ONE | {"handset.antenna_gain_dbi": -3.0}, 2),
    "channel.environment": (LOW, "urban"),
    "channel.line_of_sight": (ONE, "never"),
    "channel.elevation_lookup": (LOW | {"satellite.elevation_deg": 44.0}, "nearest"),
    "channel.shadow_fading": (ONE, False),
    "channel.urban_sigma_db": (ONE | {"channel.environment": "urban"}, 1.2),
    "channel.fading_gain": (ONE, "none"),
    "channel.thermally_efficient_share": (INDOORS, 1.0),
    "channel.vehicle_loss_db": (INDOORS, 20.0),
    "channel.gas_loss": (LOW, False),
    "channel.tropospheric_scintillation": (KA, False),
    "channel.ionosphere": (ONE, "equatorial"),
    "channel.weather": (RAIN, "random"),
    "channel.exceeded_percent": (RAIN, 0.1),
    "channel.latitude_deg": (RAIN, 5.0),
    "channel.longitude_deg": (RAIN, 10.0),
    "uplink.interference": (ONE, "full-buffer"),
    "uplink.width": (WEAK_CALLS, "fixed"),
    "uplink.bandwidth_mhz": (UPLINK, 0.72),
    "uplink.overhead": (UPLINK, 0.3),
    "uplink.control_share": (UPLINK, 0.2),
    "uplink.scheduled": (UPLINK | {"satellite.g_over_t_db_per_k": -30.0}, "all"),
    "uplink.drops": (UPLINK, 3),
    "uplink.power_control": (UPLINK, "fractional"),
    "uplink.p0_dbm": (FRACTIONAL, -120.0),
    "uplink.alpha": (FRACTIONAL, 0.5),
    "link.adaptation": (ONE, "nr-mcs"),
    "link.table": (ONE | {"handset.body_loss_db": 18.0}, "64qam-low-se"),
    "link.thresholds": (ONE, "sionna"),
    "link.shannon": (SHANNON, "bound"),
    "link.overhead": (ONE, 0.3),
    "link.harq": (ONE, "off"),
    "link.harq_processes": (ALONE | {"link.harq": "on"}, 8),
    "link.harq_round_trips": (ONE | CALL, 4),
    "service.preset": (ONE | {"service.preset": "voice"}, "video-call-720p"),
    "service.mix": (ONE | {"service.mix": "voice 90%, best-effort 10%"},
                    "voice 10%, best-effort 90%"),
    "service.downlink_kbps": (MANY_CALLS, 1000.0),
    "service.uplink_kbps": (MANY_CALLS, 500.0),
    "service.least_downlink_kbps": (MANY_CALLS | {"service.downlink_kbps": 1000.0}, 100.0),
    "service.least_uplink_kbps": (MANY_CALLS | {"service.uplink_kbps": 500.0}, 50.0),
    "service.delay_budget_ms": (ONE | CALL, 1.0),
    "service.packet_error_rate": (ONE | CALL | {"link.harq": "off"}, 1e-6),
    "service.activity": (ONE | CALL, 0.3),
    "service.guaranteed": (ONE | CALL, False),
    "service.header_share": (MANY_CALLS | {"service.downlink_kbps": 900.0}, 0.9),
    "service.talk_share": (MANY_CALLS | {"service.downlink_kbps": 900.0}, 0.5),
    "service.inter_satellite_hops": (ONE | CALL, 3),
    "service.simulated_holding_times": (ONE | CALL | {"service.activity": 0.3}, 3),
    "service.count_reachable": (ONE | CALL, True),
    "scheduler.policy": (ONE, "max-ci"),
    "scheduler.admission": (MANY_CALLS, "random"),
    "run.seed": (ONE, 2),
    "run.keep_cells": (BOX, True),
}  # fmt: skip

# What changes something else than trials, each with a test of its own below.
OWN_CHECK = {
    *("title", "rules", "run.trials", "run.block_trials", "run.until", "service.five_qi"),
    *("beams.beyond_earth", "beams.polarisation_reuse", "region.kind", "region.file"),
    *("users.file", "users.file_variable", "users.file_units", "cells.layout"),
    *(f"constellation.select.{key}" for key in ("names", "numbers", "height_km")),
}

# Key -> a scenario that does not read it, a value, and whether it is refused or noted.
ERROR, NOTE = "error", "note"
CONSTELLATION_ONLY = (
    *(key for key in fields() if key.startswith(("constellation.", "cells."))),
    "region.kind",
)
VALUES = {
    **{key: value for key, (_, value) in READ.items() if value is not None},
    **{"region.kind": "earth", "cells.layout": "satellite-fixed", "users.file": "none.csv"},
    **{"region.file": "none.json", "service.packet_error_rate": 0.05, "service.five_qi": 3},
    **{"users.file_variable": "people", "users.file_units": "per-cell"},
    **{"constellation.select.names": ["A*"], "constellation.select.numbers": [1]},
    **{"constellation.select.height_km": [300.0, 900.0]},
    **{"region.country": "CN", "beams.beyond_earth": "discard", "channel.weather": "random"},
}
UNREAD = {
    **{key: [(ONE, ERROR)] for key in CONSTELLATION_ONLY if key in READ_WHEN},
    **{key: [(BOX, ERROR), (ONE, ERROR)] for key in fields() if key.startswith("region.")},
    "region.kind": [(ONE, ERROR)],
    "region.guard_km": [(ONE, ERROR), (EARTH, ERROR)],
    **{f"region.{side}_deg": [(CIRCLE, ERROR)] for side in ("south", "north", "west", "east")},
    "satellite.altitude_km": [(BOX, NOTE)],
    "satellite.elevation_deg": [(BOX, ERROR)],
    "satellite.latitude_deg": [(BOX, ERROR)],
    "satellite.longitude_deg": [(BOX, ERROR)],
    "satellite.azimuth_deg": [(BOX, ERROR), (ONE, ERROR)],
    "satellite.antenna_diameter_m": [(S1528, NOTE)],
    "satellite.hpbw_deg": [(BOX, NOTE), (ONE | {"beams.spacing_uv": 0.06}, NOTE)],
    "satellite.gateway_elevation_deg": [(ONE | {"satellite.payload": "regenerative"}, ERROR)],
    "satellite.uplink_frequency_ghz": [(ONE, NOTE), (BOX, NOTE)],
    "satellite.uplink_antenna_diameter_m": [(ONE, NOTE), (BOX, ERROR)],
    "satellite.g_over_t_db_per_k": [(ONE, NOTE), (BOX, NOTE)],
    "satellite.pattern": [(ARRAY, ERROR)],
    "satellite.element_exponent": [(BOX, ERROR), (ONE, ERROR)],
    "satellite.steering_loss_exponent": [(ONE, ERROR), (ARRAY, ERROR), (SWEEPING, ERROR)],
    "satellite.beams_at_once": [(SWEEPING, ERROR), (ONE, ERROR)],
    "satellite.power_limit": [
        *((ONE, ERROR), (SWEEPING | {"satellite.rf_power_w": 50.0}, ERROR)),
        (BOX | {"rules": "0.2"}, ERROR),
    ],
    "satellite.feeder_bandwidth_mhz": [
        *((ONE, ERROR), (SWEEPING, ERROR), (BOX | {"satellite.payload": "regenerative"}, ERROR)),
    ],
    "satellite.largest_scan_deg": [(ONE, ERROR), (SWEEPING, ERROR)],
    "constellation.gateways": [(ONE, ERROR), (BOX | {"satellite.payload": "regenerative"}, ERROR)],
    "constellation.deployed_fraction": [(GEO, ERROR), (ONE, ERROR)],
    "constellation.deployment": [(BOX, NOTE), (GEO, ERROR), (ONE, ERROR)],
    "constellation.start": [(GEO, ERROR), (ONE, ERROR)],
    "constellation.window_h": [(GEO, ERROR), (ONE, ERROR)],
    "constellation.epochs": [(GEO, ERROR), (ONE, ERROR)],
    "constellation.minimum_visibility_s": [(SWEEPING, ERROR), (GEO, ERROR), (ONE, ERROR)],
    "cells.assignment": [(SWEEPING, ERROR), (ONE, ERROR)],
    "cells.order": [(SWEEPING, ERROR), (ONE, ERROR), (SOLVED, ERROR)],
    "cells.preference": [(SWEEPING, ERROR), (ONE, ERROR), (SOLVED, ERROR)],
    "cells.refinement": [
        (SWEEPING, ERROR), (ONE, ERROR), (TURNS_OF_MANY, ERROR), (BOX | COVERAGE, ERROR),
    ],
    "cells.moves": [(SWEEPING, ERROR), (ONE, ERROR), (BOX, ERROR)],
    "cells.beams_per_cell": [(SWEEPING, ERROR), (ONE, ERROR), (TURNS_OF_MANY, ERROR)],
    "cells.objective": [(SWEEPING, ERROR), (ONE, ERROR)],
    "cells.minimum_share": [(BOX | CALL, ERROR), (BOX | COVERAGE, ERROR), (ONE, ERROR)],
    "cells.bound": [(BOX, ERROR), (SWEEPING, ERROR), (ONE, ERROR)],
    "beams.count": [(BOX, ERROR)],
    "beams.statistics_count": [(BOX, ERROR), (SWEEPING, ERROR)],
    "beams.spacing_uv": [(BOX, ERROR)],
    "carrier.guard_band": [(ONE, NOTE), (SHANNON, ERROR)],
    "beams.cells_per_beam": [
        (BOX, ERROR),
        (HOPPING, ERROR),
        (TURNS_OF_MANY | {"cells.objective": "coverage"}, ERROR),
        (SWEEPING | {"beams.allocation": "random", "satellite.beams_at_once": 3}, ERROR),
    ],
    "beams.slot_ms": [(BOX, ERROR), (ONE, ERROR), (FRAME, ERROR)],
    "beams.bound": [(BOX, ERROR), (ONE, ERROR)],
    "run.keep_cells": [(ONE, NOTE)],
    "beams.beyond_earth": [(BOX, ERROR), (SWEEPING, ERROR)],
    "users.per_beam": [(BOX, ERROR), (CROWDS | {"users.per_beam": 10}, ERROR)],
    "users.count": [(ONE, ERROR)],
    "users.demand_mbps": [(BOX | CALL, ERROR), (ONE | CALL, ERROR)],
    "users.devices_per_person": [(BOX, ERROR), (ONE, ERROR)],
    "users.activity_factor": [
        *((BOX, ERROR), (ONE, ERROR), (PLACED, ERROR)),
        (PEOPLE | CALL | {"users.erlang_per_device": 0.001}, ERROR),
    ],
    "users.erlang_per_device": [(PEOPLE, ERROR), (BOX | CALL, ERROR), (ONE | CALL, ERROR)],
    "users.file": [(BOX, ERROR), (ONE, ERROR)],
    "users.file_variable": [(BOX, ERROR), (ONE, ERROR), (PEOPLE | UNCOVERED, ERROR)],
    "users.file_units": [(BOX, ERROR), (ONE, ERROR), (PEOPLE | UNCOVERED, ERROR)],
    "users.uncovered_density_per_km2": [
        (BOX, ERROR), (ONE, ERROR), (PEOPLE | UNCOVERED | {"users.file": "none.nc"}, ERROR),
    ],
    "users.hotspots.count": [(ONE, ERROR), (CROWDS | {"users.hotspots.share": 0}, NOTE)],
    "users.hotspots.radius_km": [(ONE, ERROR), (CROWDS | {"users.hotspots.share": 0}, NOTE)],
    "users.hotspots.share": [(ONE, ERROR), (BOX, ERROR)],
    "handset.transmit_power_dbm": [(ONE, NOTE), (BOX, NOTE)],
    "handset.power_reduction_db": [(ONE, NOTE), (BOX, NOTE)],
    "handset.transmit_gain_dbi": [(ONE | {"handset.antenna_gain_dbi": 0.0}, NOTE)],
    "channel.environment": [(FREE, NOTE)],
    "channel.elevation_lookup": [(FREE, NOTE)],
    "channel.urban_sigma_db": [(ONE, NOTE), (FREE | {"channel.environment": "urban"}, NOTE)],
    "channel.fading_gain": [(FREE, NOTE)],
    "channel.thermally_efficient_share": [(ONE, NOTE)],
    "channel.vehicle_loss_db": [(ONE, NOTE)],
    "channel.tropospheric_scintillation": [(ONE, NOTE), (BOX, NOTE)],
    "channel.ionosphere": [(KA, NOTE)],
    "channel.exceeded_percent": [(ONE, NOTE), (BOX, NOTE)],
    "channel.latitude_deg": [(ONE, NOTE), (BOX, ERROR)],
    "channel.longitude_deg": [(ONE, NOTE), (BOX, ERROR)],
    "uplink.interference": [(BOX, ERROR)],
    "uplink.bandwidth_mhz": [(ONE, NOTE), (BOX, NOTE)],
    "uplink.overhead": [(ONE, NOTE), (BOX, NOTE)],
    "uplink.width": [(ONE, NOTE), (BOX, NOTE), (UPLINK, NOTE)],
    "uplink.control_share": [(ONE, NOTE), (BOX, NOTE)],
    "uplink.scheduled": [(ONE, NOTE), (BOX, NOTE)],
    "uplink.drops": [(ONE, NOTE), (BOX, ERROR)],
    "uplink.power_control": [(ONE, NOTE), (BOX, NOTE)],
    "uplink.p0_dbm": [(UPLINK, ERROR), (ONE | {"uplink.power_control": "fractional"}, NOTE)],
    "uplink.alpha": [(UPLINK, ERROR), (ONE | {"uplink.power_control": "fractional"}, NOTE)],
    "link.table": [(SHANNON, ERROR)],
    "link.thresholds": [(SHANNON, ERROR)],
    "link.shannon": [(ONE, ERROR)],
    "link.harq": [(SHANNON, ERROR)],
    "link.harq_processes": [(SHANNON, ERROR), (ONE | {"link.harq": "off"}, NOTE)],
    "link.harq_round_trips": [(SHANNON, ERROR), (BOX | {"link.harq": "on"}, ERROR)],
    "service.downlink_kbps": [(ONE | {"service.preset": "best-effort"}, ERROR)],
    "service.uplink_kbps": [(ONE | {"service.preset": "best-effort"}, ERROR)],
    "service.least_downlink_kbps": [(ONE | {"service.preset": "best-effort"}, ERROR)],
    "service.least_uplink_kbps": [(ONE | {"service.preset": "best-effort"}, ERROR)],
    "service.delay_budget_ms": [(ONE | {"service.preset": "best-effort"}, ERROR)],
    "service.packet_error_rate": [
        (ONE | {"service.preset": "best-effort"}, ERROR),
        (ONE | {"service.preset": "voice"}, NOTE),
    ],
    "service.five_qi": [(ONE | {"service.preset": "best-effort"}, ERROR)],
    "service.activity": [(ONE, ERROR)],
    "service.guaranteed": [(ONE, ERROR)],
    "service.header_share": [(ONE, ERROR), (ONE | {"service.preset": "best-effort"}, ERROR)],
    "service.talk_share": [(ONE | {"service.preset": "best-effort"}, ERROR)],
    "service.inter_satellite_hops": [
        (ONE | {"rules": "0.2"}, ERROR),
        (BOX | {"satellite.payload": "regenerative"}, ERROR),
    ],
    "service.simulated_holding_times": [(ONE, ERROR)],
    "service.count_reachable": [(ONE, ERROR), (ONE | {"service.preset": "best-effort"}, ERROR)],
    "scheduler.policy": [(FRAME, NOTE)],
    "scheduler.admission": [(ONE, ERROR), (BOX, ERROR)],
}  # fmt: skip

# Refused by a rule with a reason of its own.
BY_RULE = {
    *("users.positions", "channel.weather"),
    *("beams.allocation", "service.activity", "service.guaranteed"),
    *("users.file_variable", "users.file_units"),
    *(f"constellation.select.{key}" for key in ("names", "numbers", "height_km")),
    *("service.simulated_holding_times", "users.devices_per_person"),
}


def nested(keys: dict) -> dict:
    raw: dict = {}
    for key, value in keys.items():
        set_key(raw, key, value)
    return raw


def load(keys: dict) -> Scenario:
    return load_scenario(nested(keys))


def named(scenario: Scenario, key: str) -> bool:
    return any(note.startswith(f"{key} is not read: ") for note in scenario.notes)


@cache
def _content(text: str) -> bytes:
    scenario = load_scenario(tomllib.loads(text))
    block = compute_block(build(scenario), NumpyKernels(), 0, 3)
    parts = (block.trial, block.trial_cell, block.histograms, block.cell)
    return b"".join(array.tobytes() for part in parts for _, array in sorted(part.items()))


def content(scenario: Scenario) -> bytes:
    """All that three trials yield."""
    return _content(scenario.to_toml())


def test_every_key_is_in_the_tables():
    assert set(READ) | OWN_CHECK == set(fields())
    assert set(UNREAD) == set(READ_WHEN)
    assert all(VALUES.keys() >= {key} for key in READ_WHEN)


@pytest.fixture
def catalogue(tmp_path: Path) -> str:
    lines = (
        "1 25544U 98067A   26001.00000000  .00000000  00000-0  00000-0 0  9990",
        "2 25544  60.0000 010.0000 0001000 000.0000 000.0000 13.15000000    00",
    )
    text = "".join(f"{line[:68]}{_checksum(line[:68])}\n" for line in lines)
    path = tmp_path / "one.tle"
    path.write_text(text)
    return str(path)


def _checksum(line: str) -> int:
    return sum(int(c) if c.isdigit() else c == "-" for c in line) % 10


@pytest.mark.parametrize("key", [key for key, (_, value) in READ.items() if value is not None])
def test_a_key_that_is_read_changes_the_result(key, catalogue):
    keys, value = READ[key]
    value = catalogue if value == "CATALOGUE" else value
    # The budget of a search is for compiled code.
    few = {"cells.moves": 3} if key == "cells.refinement" else {}
    before, after = load(keys), load({**keys, **few, key: value})
    assert not named(after, key)
    assert content(after) != content(before)
    assert fingerprint(after) != fingerprint(before)


@pytest.mark.parametrize(
    ("key", "number"), [(key, k) for key, cases in UNREAD.items() for k in range(len(cases))]
)
def test_a_key_that_is_not_read_is_named(key, number):
    keys, kind = UNREAD[key][number]
    changed = {**keys, key: VALUES[key]}
    if kind == ERROR:
        with pytest.raises(ScenarioError) as caught:
            load(changed)
        assert key.rpartition(".")[2] in str(caught.value)
        assert f"{key} is not read: " in str(caught.value) or key in BY_RULE
        return
    before, after = load(keys), load(changed)
    assert named(after, key)
    assert named(after, key) == any(
        note.startswith(f"{key} is not") for note in (*after.notes, *build(after).notes)
    )
    if key not in ("satellite.antenna_diameter_m", "handset.transmit_gain_dbi"):
        assert content(after) == content(before)
        assert fingerprint(after) == fingerprint(before)


def test_a_diameter_beside_a_given_width_moves_nothing_but_roundings():
    """S.1528 takes the width of the beam from hpbw_deg."""
    blocks = [
        compute_block(build(load({**S1528, **more})), NumpyKernels(), 0, 3)
        for more in ({}, {"satellite.antenna_diameter_m": 3.0})
    ]
    one, other = (block.trial["throughput"] for block in blocks)
    assert np.allclose(one, other, rtol=1e-3)


def test_a_default_is_noted_not_refused():
    scenario = load({**ONE, "cells.assignment": "low-spill"})
    assert named(scenario, "cells.assignment")
    assert content(scenario) == content(load(ONE))


def test_what_a_scenario_must_have_is_not_refused():
    """Without a preset somebody has to write the width of the beam, whatever reads it."""
    figures = dict(load(ONE).items())
    own = {key: figures[key] for key in figures if fields()[key].is_required()}
    keys = {**{k: v for k, v in ONE.items() if k != "satellite.preset"}, **own}
    assert load({**keys, "beams.spacing_uv": 0.06}).notes == ()


def test_the_height_of_a_catalogue_decides_on_harq(catalogue):
    """Names do not say how high satellites are: `satellite.altitude_km` does."""
    keys = {key: value for key, value in BOX.items() if key != "constellation.shells"}
    keys |= {"constellation.catalogue": catalogue, "constellation.select.numbers": [25544]}
    low, high = (load({**keys, "satellite.altitude_km": km}) for km in (1500.0, 2500.0))
    assert (low.harq, high.harq) == ("on", "off")
    assert not named(high, "satellite.altitude_km")
    assert fingerprint(low) != fingerprint(high)
    for told in ({"constellation.select.height_km": [300.0, 900.0]}, {"link.harq": "on"}):
        other = load({**keys, **told, "satellite.altitude_km": 2500.0})
        assert other.harq == "on"
        assert named(other, "satellite.altitude_km")


def test_title_trials_and_blocks():
    scenario = load({**ONE, "title": "Other", "run.trials": 40, "run.block_trials": 5})
    assert (scenario.title, scenario.run.trials, scenario.run.block_trials) == ("Other", 40, 5)
    until = load({**ONE, "run.until": "throughput.mean±1%"})
    assert scenario.notes == until.notes == ()


def test_the_class_of_a_service_names_its_delay_budget():
    """5QI 2 has 150 ms (TS 23.501 Table 5.7.4-1)."""
    found = []
    for number in (2, 88):
        scenario = load({**ONE, **CALL, "service.five_qi": number})
        assert scenario.notes == ()
        services = build(scenario).services
        assert services is not None
        found.append(services.classes[0].budget_name)
    assert found[0] != found[1]


def test_a_layout_beyond_the_earth():
    wide = {**ONE, "beams.count": 61, "beams.statistics_count": 7, "beams.spacing_uv": 0.25}
    with pytest.raises(ScenarioError, match="on the Earth"):
        load(wide)
    assert load({**wide, "beams.beyond_earth": "discard"}).beam_count < 61


def test_keys_that_come_in_pairs(tmp_path):
    four = {**ONE, "beams.frequency_reuse": 2, "beams.polarisation_reuse": True}
    assert content(load(four)) != content(load(ONE))
    assert content(load(BOX)) != content(load(CIRCLE))
    still = {k: v for k, v in SWEEPING.items() if k not in ("cells.layout", "beams.count")}
    del still["beams.spacing_uv"]
    assert content(load(still)) != content(load(SWEEPING))
    for west in (0, 5):
        ring = f"[[{west},20],[12,20],[12,30],[{west},30],[{west},20]]"
        text = f'{{"type": "Polygon", "coordinates": [{ring}]}}'
        (tmp_path / f"{west}.json").write_text(text)
        (tmp_path / f"{west}.csv").write_text(f"lat,lon\n25,{west + 3}\n27,{west + 2}\n")
    shaped = {key: value for key, value in BOX.items() if not key.startswith("region.")}
    shaped["region.kind"] = "geojson"
    one, other = (load({**shaped, "region.file": str(tmp_path / f"{k}.json")}) for k in (0, 5))
    assert content(one) != content(other)
    listed = {**BOX, "users.placement": "file"}
    one, other = (load({**listed, "users.file": str(tmp_path / f"{k}.csv")}) for k in (0, 5))
    assert content(one) != content(other)


def test_of_a_preset_only_limits_are_noted():
    sweeping = {key: value for key, value in SWEEPING.items() if key != "constellation.shells"}
    notes = load({**sweeping, "constellation.preset": "iridium-66"}).notes
    assert [note.partition(" ")[0] for note in notes] == ["satellite.beams_at_once"]


@pytest.mark.parametrize(
    "keys",
    [ONE, BOX, SWEEPING, CROWDS | {"users.hotspots.share": 0.0, "users.hotspots.count": 3},
     {"satellite.preset": "ast-bluebird-filed"}],
)  # fmt: skip
def test_a_stored_scenario_loads_again(keys):
    scenario = load(keys)
    again = load_scenario(tomllib.loads(scenario.to_toml()))
    assert again == scenario
    assert hash(again) == hash(scenario)
    with pytest.raises(ScenarioError, match=r"cells.lit is not read|beams.statistics_count is not"):
        load_scenario(
            tomllib.loads(scenario.to_toml()),
            ["beams.statistics_count=1" if scenario.has_constellation else "cells.lit=all"],
        )


def test_a_switch_leaves_what_was_written_before():
    hopping = load(HOPPING)
    still = hopping.replace(beams__allocation="all-on")
    assert named(still, "satellite.beams_at_once")
    assert content(still) == content(load(ONE))
    assert fingerprint(still) == fingerprint(load(ONE))
    again = load_scenario(tomllib.loads(still.to_toml()))
    assert again == still
    with pytest.raises(ScenarioError, match=r"link\.shannon is not read"):
        still.replace(link__shannon="sharc")
    assert still.replace(run__trials=3).notes == still.notes


def test_notes_do_not_make_scenarios_differ():
    plain, noted = load(ONE), load({**ONE, "cells.lit": "occupied"})
    assert noted.notes
    assert not plain.notes
    assert plain == noted
    assert hash(plain) == hash(noted)
    assert plain.to_toml() == noted.to_toml()


def test_a_sweep_refuses_only_what_no_point_reads():
    varied = [parse_axis("beams.allocation=all-on,random")]
    points = points_of(nested(ONE), ["satellite.beams_at_once=3"], varied)
    assert [named(point.scenario, "satellite.beams_at_once") for point in points] == [True, False]
    assert content(points[0].scenario) == content(load(ONE))
    both = [*varied, parse_axis("satellite.beams_at_once=2,3")]
    with pytest.raises(ScenarioError) as caught:
        points_of(nested(ONE), [], [parse_axis("satellite.beams_at_once=2,3")])
    assert "satellite.beams_at_once is not read" in str(caught.value)
    assert len(points_of(nested(ONE), [], both)) == 4
    with pytest.raises(ScenarioError, match=r"cells.lit is not read.*--set cells.lit=all"):
        points_of(nested(ONE), ["cells.lit=all"], [parse_axis("beams.frequency_reuse=1,3")])


def test_the_command_line_names_it(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('[satellite]\npreset = "tr38821-set1-leo600-s"\n[cells]\nlit = "all"\n')
    words = ["run", str(path), "--trials", "2", "--workers", "0", "-o", str(tmp_path / "s.nc")]
    result = CliRunner().invoke(cli, [*words, "--set", "cells.assignment=solved"])
    assert result.exit_code == 2
    for key in ("cells.lit", "cells.assignment"):
        assert f"{path}: {key} is not read: only with a constellation" in result.stderr
    assert "see --set cells.assignment=solved" in result.stderr
    assert "see --set cells.lit" not in result.stderr
    path.write_text('[satellite]\npreset = "tr38821-set1-leo600-s"\n[uplink]\ndrops = 3\n')
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0
    note = 'uplink.drops is not read: uplink.interference = "off"'
    assert note in result.stderr
    import capest

    with capest.open(tmp_path / "s.nc") as dataset:
        assert note in dataset.attrs["notes"]
    result = CliRunner().invoke(cli, ["budget", str(path)])
    assert note in result.stderr
