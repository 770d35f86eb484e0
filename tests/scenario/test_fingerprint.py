"""The fingerprint follows what can change a result, and nothing else."""

import hashlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.network_rules import RULES
from capest.scenario.presets import load_preset

PRESET = "tr38821-set1-leo600-s"
BASE = load_scenario({"satellite": {"preset": PRESET}, "beams": {"count": 37}})

# Another legal value of every key.
CHANGES = {
    "title": "other",
    "rules": "0.2",
    "satellite.preset": None,
    "satellite.altitude_km": 601.0,
    "satellite.elevation_deg": 89.0,
    "satellite.latitude_deg": 10.0,
    "satellite.longitude_deg": 20.0,
    "satellite.azimuth_deg": 90.0,
    "satellite.frequency_ghz": 2.1,
    "satellite.eirp_density_dbw_per_mhz": 34.1,
    "satellite.antenna_gain_dbi": 30.1,
    "satellite.antenna_diameter_m": 2.1,
    "satellite.hpbw_deg": 4.4,
    "satellite.payload": "regenerative",
    "satellite.gateway_elevation_deg": 20.0,
    "satellite.uplink_frequency_ghz": 2.2,
    "satellite.uplink_antenna_diameter_m": 2.2,
    "satellite.g_over_t_db_per_k": 1.2,
    "satellite.pattern": "s1528-leo",
    "satellite.antenna": "array",
    "satellite.element_exponent": 0.5,
    "satellite.steering_loss_exponent": 1.5,
    "satellite.beams_at_once": 6,
    "satellite.rf_power_w": 20.0,
    "satellite.power_limit": "fewer-beams",
    "satellite.feeder_bandwidth_mhz": 60.0,
    "satellite.largest_scan_deg": 50.0,
    "satellite.pfd_limit_dbw_per_m2_mhz": -120.0,
    "satellite.out_of_band_pfd_limit_dbw_per_m2_mhz": -190.0,
    "satellite.out_of_band_rejection_db": 40.0,
    "constellation.preset": "renamed-since",
    "constellation.shells": "50: 28/4/1 @ 1100",
    "constellation.shell": [{"orbit": "50: 28/4/1 @ 1100", "beams_at_once": 3}],
    "constellation.geostationary": "20, 50",
    "constellation.catalogue": "none.tle",
    "constellation.gateways": "15.0 15.0",
    "constellation.deployed_fraction": 0.5,
    "constellation.deployment": "planes",
    "constellation.start": "2026-06-01T00:00:00Z",
    "constellation.window_h": 12.0,
    "constellation.epochs": "stratified",
    "constellation.minimum_elevation_deg": 20.0,
    "constellation.minimum_visibility_s": 120.0,
    "constellation.cull_elevation_deg": 15.0,
    "constellation.select.names": ["OWN-*"],
    "constellation.select.numbers": [90001, "90003-90005"],
    "constellation.select.height_km": [300.0, 700.0],
    "region.kind": "earth",
    "region.country": "CN",
    "region.south_deg": 1.0,
    "region.north_deg": 31.0,
    "region.west_deg": 1.0,
    "region.east_deg": 31.0,
    "region.latitude_deg": 20.0,
    "region.longitude_deg": 20.0,
    "region.radius_km": 300.0,
    "region.file": "none.geojson",
    "region.guard_km": 400.0,
    "cells.layout": "satellite-fixed",
    "cells.diameter_km": 500.0,
    "cells.diameter_from": "satellite",
    "cells.lit": "all",
    "cells.assignment": "least-loaded",
    "cells.order": "random",
    "cells.preference": "snr",
    "cells.refinement": "local-search",
    "cells.moves": 1000,
    "cells.beams_per_cell": 2,
    "cells.objective": "coverage",
    "cells.minimum_share": 0.3,
    "cells.bound": "interference-free",
    "beams.count": 61,
    "beams.statistics_count": 7,
    "beams.spacing_uv": 0.06,
    "beams.frequency_reuse": 3,
    "beams.polarisation_reuse": True,
    "beams.allocation": "periodic",
    "beams.slots": 8,
    "beams.cells_per_beam": 6,
    "beams.slot_ms": 5.0,
    "beams.bound": "fluid",
    "beams.beyond_earth": "discard",
    "carrier.bandwidth_mhz": 31.0,
    "carrier.guard_band": "smaller-channel",
    "users.placement": "uniform",
    "users.positions": "stratified",
    "users.per_beam": 11,
    "users.count": 501,
    "users.devices_per_person": 2.0,
    "users.activity_factor": 0.02,
    "users.erlang_per_device": 0.001,
    "users.demand_mbps": 2.0,
    "users.indoor_share": 0.4,
    "users.vehicle_share": 0.1,
    "users.file": "none.csv",
    "users.file_variable": "people",
    "users.file_units": "per-km2",
    "users.uncovered_density_per_km2": 2.0,
    "users.hotspots.count": 6,
    "users.hotspots.radius_km": 21.0,
    "users.hotspots.share": 0.7,
    "handset.preset": "renamed-since",
    "handset.antenna_gain_dbi": 1.0,
    "handset.noise_figure_db": 8.0,
    "handset.antenna_temperature_k": 291.0,
    "handset.body_loss_db": 4.0,
    "handset.polarisation_loss_db": 3.0,
    "handset.transmit_power_dbm": 22.0,
    "handset.transmit_gain_dbi": 1.0,
    "handset.power_reduction_db": 2.0,
    "handset.branches": 2,
    "channel.environment": "urban",
    "channel.line_of_sight": "never",
    "channel.elevation_lookup": "nearest",
    "channel.shadow_fading": False,
    "channel.urban_sigma_db": 1.2,
    "channel.fading_gain": "none",
    "channel.thermally_efficient_share": 0.5,
    "channel.vehicle_loss_db": 20.0,
    "channel.gas_loss": False,
    "channel.tropospheric_scintillation": False,
    "channel.ionosphere": "equatorial",
    "channel.weather": "random",
    "channel.exceeded_percent": 0.1,
    "channel.latitude_deg": 10.0,
    "channel.longitude_deg": 100.0,
    "uplink.interference": "full-buffer",
    "uplink.width": "fixed",
    "uplink.bandwidth_mhz": 0.18,
    "uplink.overhead": 0.1,
    "uplink.control_share": 0.1,
    "uplink.scheduled": "all",
    "uplink.drops": 3,
    "uplink.power_control": "fractional",
    "uplink.p0_dbm": -110.0,
    "uplink.alpha": 0.8,
    "link.adaptation": "nr-mcs",
    "link.table": "256qam",
    "link.thresholds": "sionna",
    "link.shannon": "sharc",
    "link.overhead": 0.2,
    "link.harq": "off",
    "link.harq_processes": 16,
    "link.harq_round_trips": 0,
    "service.preset": "voice",
    "service.mix": "voice 80%, best-effort 20%",
    "service.downlink_kbps": 64.0,
    "service.uplink_kbps": 32.0,
    "service.least_downlink_kbps": 16.0,
    "service.least_uplink_kbps": 8.0,
    "service.delay_budget_ms": 120.0,
    "service.packet_error_rate": 0.02,
    "service.five_qi": 3,
    "service.activity": 0.5,
    "service.guaranteed": False,
    "service.header_share": 0.2,
    "service.talk_share": 0.5,
    "service.inter_satellite_hops": 2,
    "service.simulated_holding_times": 5,
    "service.count_reachable": True,
    "scheduler.policy": "equal-rate",
    "scheduler.admission": "random",
    "run.trials": 999,
    "run.seed": 2,
    "run.block_trials": 3,
    "run.until": "sinr_db.p50±0.5",
    "run.keep_cells": True,
}

ALWAYS_INERT = {
    "cells.minimum_share",  # no mode covers first
    *("title", "rules", "satellite.preset", "handset.preset", "run.trials", "run.block_trials"),
    *("constellation.preset", "run.until"),
    "beams.beyond_earth",  # this layout lies on the Earth
}
CLEAR = {
    "channel.tropospheric_scintillation",  # the carrier is under 6 GHz
    "channel.exceeded_percent",
}
NO_PLACE = {"channel.latitude_deg", "channel.longitude_deg"}
OUTDOORS = {"channel.thermally_efficient_share", "channel.vehicle_loss_db"}
SELECT = {key for key in CHANGES if key.startswith("constellation.select.")}
SOURCES = {
    *("constellation.shells", "constellation.shell", "constellation.geostationary"),
    "constellation.catalogue",
}
OF_REGION = {key for key in CHANGES if key.startswith("region.")} - {"region.guard_km"}
LIMITS = {
    *("satellite.rf_power_w", "satellite.pfd_limit_dbw_per_m2_mhz"),
    "satellite.out_of_band_pfd_limit_dbw_per_m2_mhz",
}
PAYLOAD = {"satellite.element_exponent"}
OF_NETWORK = {key for key in CHANGES if key.startswith(("constellation.", "region.", "cells."))}
PLACE = {"channel.latitude_deg": 40.0, "channel.longitude_deg": 116.0}
UPLINK = {
    *("satellite.uplink_frequency_ghz", "satellite.uplink_antenna_diameter_m"),
    *("satellite.g_over_t_db_per_k", "handset.transmit_power_dbm", "handset.transmit_gain_dbi"),
    "handset.power_reduction_db",
    *("uplink.bandwidth_mhz", "uplink.overhead", "uplink.scheduled", "uplink.drops"),
    *("uplink.power_control", "uplink.width", "uplink.control_share"),
    *("uplink.p0_dbm", "uplink.alpha"),
}
NO_TURNS = {"uplink.scheduled", "uplink.drops", "uplink.p0_dbm", "uplink.alpha"}
OF_SERVICE = {
    *("scheduler.admission", "service.header_share", "service.count_reachable"),
}
PER_DEVICE = ("users.activity_factor", "users.erlang_per_device")
OF_FRAME = {"beams.slots", "beams.slot_ms", "beams.bound", "users.demand_mbps"}
FOR_PEOPLE = {"service.packet_error_rate", "service.five_qi"}
FIGURES = {
    *("service.downlink_kbps", "service.uplink_kbps", "service.delay_budget_ms"),
    *("service.activity", "service.guaranteed", "service.talk_share", *FOR_PEOPLE),
    *("service.least_downlink_kbps", "service.least_uplink_kbps"),
}
CALLS = {
    **{"service.downlink_kbps": 100.0, "service.uplink_kbps": 50.0},
    **{"service.delay_budget_ms": 150.0, "service.guaranteed": True},
}
OF_FILE = {"users.file", "users.file_variable", "users.file_units"}
OF_02 = {"rules": "0.2", **{key: row.of_02 for key, row in RULES.items()}}
HOTSPOTS = {"users.hotspots.count", "users.hotspots.radius_km", "users.hotspots.share"}

# Settings of a mode; keys it does not read; keys whose change alone would not be legal.
MODES = {
    "default": (
        {},
        HOTSPOTS | UPLINK | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "hotspots": (
        {"users.placement": "hotspots", "users.count": 500},
        UPLINK | {"users.per_beam", "link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation"},
    ),
    "hotspots by default count": (
        {"users.placement": "hotspots"},
        UPLINK | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation"},
    ),
    "hopping": (
        {"beams.allocation": "random", "satellite.beams_at_once": 5},
        HOTSPOTS | UPLINK | {"link.shannon"},
        {"beams.polarisation_reuse", "users.count"},
    ),
    "a frame": (
        {"beams.allocation": "proportional", "satellite.beams_at_once": 5, "beams.slots": 4},
        HOTSPOTS | UPLINK | {"link.shannon", "scheduler.policy", "beams.slot_ms"},
        {"beams.polarisation_reuse", "users.count"},
    ),
    "calls in a frame": (
        {
            **CALLS, "beams.allocation": "periodic", "satellite.beams_at_once": 5,
            "beams.slots": 4, "beams.slot_ms": 40.0,
        },
        HOTSPOTS | NO_TURNS | {"link.shannon", "scheduler.policy"},
        {"beams.polarisation_reuse", "users.count", "beams.allocation"},
    ),
    "a width between channels": (
        {"carrier.bandwidth_mhz": 12.0},
        HOTSPOTS | UPLINK | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "shannon": (
        {"link.adaptation": "truncated-shannon"},
        HOTSPOTS | UPLINK | {"link.table", "link.thresholds"},
        {"link.harq", "beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "given spacing": (
        {"beams.spacing_uv": 0.05},
        HOTSPOTS | UPLINK | {"link.shannon", "satellite.hpbw_deg"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "free space": (
        {"channel.line_of_sight": "always", "channel.shadow_fading": False},
        HOTSPOTS | UPLINK | {"link.shannon", "channel.environment"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "clear sky with shadow fading": (
        {"channel.line_of_sight": "always"},
        HOTSPOTS | UPLINK | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "uplink": (
        {"uplink.interference": "full-buffer"},
        HOTSPOTS | {"link.shannon", "uplink.p0_dbm", "uplink.alpha", "uplink.width"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "regenerative payload": (
        {"satellite.payload": "regenerative"},
        HOTSPOTS | UPLINK | {"link.shannon", "satellite.gateway_elevation_deg"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "uplink with power control": (
        {"uplink.interference": "full-buffer", "uplink.power_control": "fractional"},
        HOTSPOTS | {"link.shannon", "uplink.width"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "indoors and in cars": (
        {"users.indoor_share": 0.3, "users.vehicle_share": 0.2},
        HOTSPOTS | UPLINK | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "stratified positions": (
        {"users.positions": "stratified"},
        HOTSPOTS | UPLINK | {"link.shannon"},
        {
            *("beams.polarisation_reuse", "beams.allocation", "users.count"),
            *("users.placement", "uplink.interference"),
        },
    ),
    "weather exceeded": (
        {"channel.weather": "exceeded", **PLACE},
        HOTSPOTS | UPLINK | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "random weather": (
        {"channel.weather": "random", **PLACE},
        HOTSPOTS | UPLINK | {"link.shannon", "channel.exceeded_percent"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "constellation": (
        {
            **{"constellation.shells": "60: 40/5/1 @ 1200", "region.kind": "box"},
            **{"region.south_deg": 0.0, "region.north_deg": 30.0},
            **{"region.west_deg": 0.0, "region.east_deg": 30.0},
            **{"cells.diameter_km": 400.0, "users.placement": "uniform", "users.count": 60},
        },
        {
            *HOTSPOTS,
            *UPLINK,
            "cells.diameter_from",
            *("satellite.altitude_km", "satellite.elevation_deg", "satellite.hpbw_deg"),
            *("beams.count", "beams.statistics_count", "beams.spacing_uv", "users.per_beam"),
            *("constellation.deployment", "link.shannon", *PER_DEVICE),
        },
        {
            *(OF_REGION - {f"region.{side}_deg" for side in ("south", "north", "west", "east")}),
            "constellation.shell",
            *("constellation.catalogue", "users.placement", *OF_FILE, "uplink.interference"),
            "users.devices_per_person",
            "beams.polarisation_reuse",
        },
    ),
    "calls in a constellation": (
        {
            **{"constellation.shells": "60: 40/5/1 @ 1200", "region.kind": "box"},
            **{"region.south_deg": 0.0, "region.north_deg": 30.0},
            **{"region.west_deg": 0.0, "region.east_deg": 30.0},
            **{"cells.diameter_km": 400.0, "users.placement": "uniform", "users.count": 60},
            **{"satellite.payload": "regenerative", **CALLS},
        },
        {
            *HOTSPOTS,
            *(NO_TURNS | {"satellite.uplink_antenna_diameter_m"}),
            "cells.diameter_from",
            *("satellite.altitude_km", "satellite.elevation_deg", "satellite.hpbw_deg"),
            *("beams.count", "beams.statistics_count", "beams.spacing_uv", "users.per_beam"),
            *("constellation.deployment", "link.shannon", *PER_DEVICE),
        },
        {
            *(OF_REGION - {f"region.{side}_deg" for side in ("south", "north", "west", "east")}),
            "constellation.shell",
            *("constellation.catalogue", "users.placement", *OF_FILE, "uplink.interference"),
            "users.devices_per_person",
            "beams.polarisation_reuse",
        },
    ),
    "a frame of a constellation": (
        {
            **{"constellation.shells": "60: 40/5/1 @ 1200", "region.kind": "box"},
            **{"region.south_deg": 0.0, "region.north_deg": 30.0},
            **{"region.west_deg": 0.0, "region.east_deg": 30.0},
            **{"cells.diameter_km": 400.0, "users.placement": "uniform", "users.count": 60},
            **{"satellite.payload": "regenerative", **CALLS, "satellite.beams_at_once": 2},
            **{"beams.allocation": "proportional", "beams.slots": 3},
        },
        {
            *HOTSPOTS,
            *(NO_TURNS | {"satellite.uplink_antenna_diameter_m"}),
            "cells.diameter_from",
            *("satellite.altitude_km", "satellite.elevation_deg", "satellite.hpbw_deg"),
            *("beams.count", "beams.statistics_count", "beams.spacing_uv", "users.per_beam"),
            *("constellation.deployment", "link.shannon", *PER_DEVICE),
            "scheduler.policy",
        },
        {
            *(OF_REGION - {f"region.{side}_deg" for side in ("south", "north", "west", "east")}),
            "constellation.shell",
            *("constellation.catalogue", "users.placement", *OF_FILE, "uplink.interference"),
            *("users.devices_per_person", "cells.layout"),
            "beams.polarisation_reuse",
        },
    ),
    "half a constellation": (
        {
            **{"constellation.shells": "60: 40/5/1 @ 1200", "region.kind": "circle"},
            **{"constellation.deployed_fraction": 0.55, "constellation.epochs": "stratified"},
            **{"region.latitude_deg": 10.0, "region.longitude_deg": 10.0},
            **{"region.radius_km": 1500.0, "cells.diameter_km": 400.0},
            **{"users.placement": "population", "users.devices_per_person": 1e-5},
            **{"satellite.payload": "regenerative"},
        },
        {
            *HOTSPOTS,
            *UPLINK,
            "cells.diameter_from",
            *("satellite.altitude_km", "satellite.elevation_deg", "satellite.hpbw_deg"),
            *("beams.count", "beams.statistics_count", "beams.spacing_uv", "users.per_beam"),
            *("link.shannon", "satellite.gateway_elevation_deg"),
        },
        {
            *(OF_REGION - {"region.latitude_deg", "region.longitude_deg", "region.radius_km"}),
            "constellation.shell",
            *("constellation.catalogue", *OF_FILE, "uplink.interference", "users.count"),
            "users.placement",
            "beams.polarisation_reuse",
        },
    ),
    "satellite-fixed beams": (
        {
            **{"constellation.shells": "60: 40/5/1 @ 1200", "region.kind": "box"},
            **{"region.south_deg": 0.0, "region.north_deg": 30.0},
            **{"region.west_deg": 0.0, "region.east_deg": 30.0},
            **{"cells.diameter_km": 400.0, "users.placement": "uniform", "users.count": 60},
            **{"cells.layout": "satellite-fixed", "constellation.minimum_elevation_deg": 10.0},
        },
        {
            *HOTSPOTS,
            *UPLINK,
            "cells.diameter_from",
            *("satellite.altitude_km", "satellite.elevation_deg"),
            *("beams.statistics_count", "users.per_beam", "cells.assignment", "cells.objective"),
            *("satellite.beams_at_once", "constellation.deployment"),
            *("link.shannon", *PER_DEVICE),
            "constellation.minimum_visibility_s",
        },
        {
            *(OF_REGION - {f"region.{side}_deg" for side in ("south", "north", "west", "east")}),
            "constellation.shell",
            *("constellation.catalogue", "users.placement", *OF_FILE, "uplink.interference"),
            "users.devices_per_person",
            *("beams.polarisation_reuse", "beams.allocation"),
        },
    ),
    "an array with all its limits": (
        {
            **{"constellation.shells": "60: 40/5/1 @ 1200", "region.kind": "box"},
            **{"region.south_deg": 0.0, "region.north_deg": 30.0},
            **{"region.west_deg": 0.0, "region.east_deg": 30.0},
            **{"cells.diameter_km": 400.0, "users.placement": "uniform", "users.count": 60},
            **{"satellite.antenna": "array", "satellite.rf_power_w": 200.0},
            **{"satellite.pfd_limit_dbw_per_m2_mhz": -100.0},
            **{"satellite.out_of_band_pfd_limit_dbw_per_m2_mhz": -150.0},
        },
        {
            *HOTSPOTS,
            *UPLINK,
            "cells.diameter_from",
            *("satellite.altitude_km", "satellite.elevation_deg", "satellite.hpbw_deg"),
            *("beams.count", "beams.statistics_count", "beams.spacing_uv", "users.per_beam"),
            *("constellation.deployment", "link.shannon", *PER_DEVICE),
            "satellite.pattern",
        },
        {
            *(OF_REGION - {f"region.{side}_deg" for side in ("south", "north", "west", "east")}),
            "constellation.shell",
            *("constellation.catalogue", "users.placement", *OF_FILE, "uplink.interference"),
            "users.devices_per_person",
            "beams.polarisation_reuse",
        },
    ),
    "hotspots in a region": (
        {
            **{"constellation.shells": "60: 40/5/1 @ 1200", "region.kind": "box"},
            **{"region.south_deg": 0.0, "region.north_deg": 30.0},
            **{"region.west_deg": 0.0, "region.east_deg": 30.0},
            **{"cells.diameter_km": 400.0, "users.placement": "hotspots", "users.count": 60},
        },
        {
            *UPLINK,
            "cells.diameter_from",
            *("satellite.altitude_km", "satellite.elevation_deg", "satellite.hpbw_deg"),
            *("beams.count", "beams.statistics_count", "beams.spacing_uv", "users.per_beam"),
            *("constellation.deployment", "link.shannon", *PER_DEVICE),
        },
        {
            *(OF_REGION - {f"region.{side}_deg" for side in ("south", "north", "west", "east")}),
            "constellation.shell",
            *("constellation.catalogue", *OF_FILE, "uplink.interference"),
            "users.devices_per_person",
            "beams.polarisation_reuse",
        },
    ),
    "calls": (
        CALLS,
        HOTSPOTS | NO_TURNS | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "the rules of 0.2": (
        OF_02,
        HOTSPOTS | UPLINK | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "calls by the rules of 0.2": (
        {**OF_02, **CALLS},
        HOTSPOTS | NO_TURNS | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "calls that come and go": (
        {**CALLS, "service.activity": 0.3, "service.simulated_holding_times": 3},
        HOTSPOTS | NO_TURNS | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "a mix of services": (
        {"service.mix": "video-call-480p 60%, best-effort 40%"},
        HOTSPOTS | NO_TURNS | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "people below a satellite": (
        {
            **{"satellite.latitude_deg": 46.0, "satellite.longitude_deg": 9.0},
            **{"users.placement": "population", "users.devices_per_person": 1e-4},
        },
        HOTSPOTS | UPLINK | {"link.shannon", "users.per_beam"},
        {
            *("beams.polarisation_reuse", "beams.allocation", "users.count", "users.placement"),
            *("satellite.latitude_deg", "satellite.longitude_deg"),
        },
    ),
    "uncovered people below a satellite": (
        {
            **{"satellite.latitude_deg": 46.0, "satellite.longitude_deg": 9.0},
            **{"users.placement": "uncovered", "users.devices_per_person": 1e-2},
        },
        HOTSPOTS | UPLINK | {"link.shannon", "users.per_beam"},
        {
            *("beams.polarisation_reuse", "beams.allocation", "users.count", "users.placement"),
            *("satellite.latitude_deg", "satellite.longitude_deg"),
        },
    ),
    "an array of one satellite with all its limits": (
        {
            **{"satellite.antenna": "array", "satellite.rf_power_w": 200.0},
            **{"satellite.pfd_limit_dbw_per_m2_mhz": -100.0},
            **{"satellite.out_of_band_pfd_limit_dbw_per_m2_mhz": -150.0},
        },
        HOTSPOTS | UPLINK | {"link.shannon", "satellite.pattern"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
    "S.1528": (
        {"satellite.pattern": "s1528-leo", "beams.spacing_uv": 0.05},
        HOTSPOTS | UPLINK | {"link.shannon"},
        {"beams.polarisation_reuse", "beams.allocation", "users.count"},
    ),
}  # fmt: skip
NETWORK_MODES = {
    *("constellation", "half a constellation", "satellite-fixed beams"),
    *("calls in a constellation", "a frame of a constellation"),
    *("an array with all its limits", "hotspots in a region"),
}


def mode_of(name: str) -> tuple[dict, set, set]:
    """Settings, inert and illegal keys of a mode, those of places and weather added."""
    settings, inert, illegal = MODES[name]
    illegal = illegal | SELECT
    if name not in NETWORK_MODES:
        illegal = illegal | SOURCES | {"region.kind", *OF_FILE}
        inert = inert | (OF_NETWORK - SOURCES - {"region.kind"})
        if "users.devices_per_person" not in settings:
            illegal, inert = (
                illegal | {"users.devices_per_person"},
                inert | {"users.activity_factor", "users.erlang_per_device"},
            )
        if "satellite.latitude_deg" not in settings:
            illegal, inert = illegal | {"satellite.latitude_deg"}, inert | {"satellite.azimuth_deg"}
            illegal = illegal | {"satellite.longitude_deg"}
        if "beams.allocation" not in settings:
            inert = inert | {"satellite.beams_at_once"}
        inert = inert | {"beams.cells_per_beam"}
        if "beams.slots" not in settings:
            inert = inert | {"beams.slot_ms", "beams.bound"}
        if "service.downlink_kbps" in settings:
            inert = inert | {"users.demand_mbps"}
    else:
        inert = inert | {f"satellite.{key}_deg" for key in ("latitude", "longitude", "azimuth")}
    if "satellite.antenna" not in settings:
        inert = inert | PAYLOAD
    if "carrier.bandwidth_mhz" not in settings:
        inert = inert | {"carrier.guard_band"}
    if settings.get("satellite.payload") == "regenerative":
        inert = inert | {"constellation.gateways"}
    aimed = name in NETWORK_MODES and settings.get("cells.layout") != "satellite-fixed"
    if not aimed or "satellite.antenna" in settings:
        inert = inert | {"satellite.steering_loss_exponent"}
    if not aimed:
        inert = inert | {"satellite.largest_scan_deg", "cells.order", "cells.preference"}
    decodes = settings.get("satellite.payload") == "regenerative"
    if decodes or not (aimed or "beams.allocation" in settings):
        inert = inert | {"satellite.feeder_bandwidth_mhz"}
    if not aimed or "beams.allocation" in settings:
        inert = inert | {"satellite.power_limit"}  # the five or two that take turns have power
    if name in NETWORK_MODES and "beams.allocation" not in settings:
        inert = inert | {"beams.cells_per_beam", "beams.slot_ms", "beams.bound"}
    if name in NETWORK_MODES and "service.downlink_kbps" in settings:
        inert = inert | {"users.demand_mbps"}
    disturbed = settings.get("uplink.interference", "off") != "off"
    if "users.placement" in settings or disturbed:
        illegal = illegal | {"users.positions"}
    if name not in NETWORK_MODES and not {"service.mix", "service.downlink_kbps"} & set(settings):
        inert = inert | {"run.keep_cells"}
    if "service.simulated_holding_times" in settings:
        illegal = illegal | {"service.guaranteed"}
    else:
        illegal = illegal | {"service.simulated_holding_times"}
    if not {"service.mix", "service.downlink_kbps"} & set(settings) and name in NETWORK_MODES:
        illegal = illegal | {"cells.refinement"}  # there are no calls to count
    if "service.mix" in settings:
        illegal = illegal | FIGURES | {"service.preset"}
    elif "service.downlink_kbps" in settings:
        inert, illegal = inert | FOR_PEOPLE, illegal | {"service.mix"}
        if settings.get("rules") == "0.2":  # by later ones voice pauses
            inert = inert | {"service.preset"}
    else:
        inert, illegal = inert | OF_SERVICE, illegal | FIGURES
    shannon = settings.get("link.adaptation") == "truncated-shannon"
    repaired = not shannon and settings.get("link.harq") is None
    if not repaired:
        inert = inert | {"link.harq_processes"}
    has_calls = {"service.mix", "service.downlink_kbps"} & set(settings)
    if name in NETWORK_MODES and not (has_calls and aimed):
        inert = inert | {"cells.bound"}
    if not has_calls and not repaired:
        inert = inert | {"link.harq_round_trips"}
    if not has_calls and (settings.get("satellite.payload") == "regenerative" or not repaired):
        inert = inert | {"service.inter_satellite_hops"}
    if name in NETWORK_MODES:
        inert = inert | {"cells.moves"}
        if settings.get("cells.layout") == "satellite-fixed" or "beams.allocation" in settings:
            inert = inert | {"cells.refinement", "cells.beams_per_cell"}
        else:
            illegal = illegal | {"cells.beams_per_cell"}
    if "channel.weather" not in settings:
        inert, illegal = inert | CLEAR | NO_PLACE, illegal | {"channel.weather"}
    if "users.indoor_share" not in settings:
        inert = inert | OUTDOORS
    if settings.get("users.placement") != "uncovered":
        inert = inert | {"users.uncovered_density_per_km2"}
    if settings.get("channel.environment") not in ("urban", "by-place"):
        inert = inert | {"channel.urban_sigma_db"}
    if settings.get("channel.shadow_fading") is False:
        inert = inert | {"channel.elevation_lookup", "channel.urban_sigma_db"}
        inert = inert | {"channel.fading_gain"}
    return settings, inert, illegal


def change(scenario: Scenario, changes: dict) -> Scenario:
    raw = scenario.model_dump()
    for key, value in changes.items():
        table = raw
        for part in key.split(".")[:-1]:
            table = table[part]
        table[key.split(".")[-1]] = value
    return load_scenario(raw)


def test_every_key_has_a_change():
    assert list(CHANGES) == [key for key, _ in BASE.items()]


@pytest.mark.parametrize("mode", MODES)
def test_exactly_the_keys_that_are_read_change_it(mode):
    settings, inert, illegal = mode_of(mode)
    scenario = change(BASE, settings)
    mark, values = fingerprint(scenario), dict(scenario.items())
    same = {key for key, value in CHANGES.items() if values[key] == value}
    changing = {
        key
        for key, value in CHANGES.items()
        if key not in illegal | same and fingerprint(change(scenario, {key: value})) != mark
    }
    assert changing == set(CHANGES) - ALWAYS_INERT - inert - illegal - same


def trial_bytes(scenario: Scenario) -> str:
    """Everything that eight trials of a scenario yield."""
    block = compute_block(build(scenario), NumpyKernels(), 0, 8)
    parts = (block.trial, block.trial_cell, block.histograms, block.cell)
    values = [array.tobytes() for part in parts for _, array in sorted(part.items())]
    return hashlib.sha256(b"".join(values)).hexdigest()


@pytest.mark.parametrize("mode", MODES)
def test_no_change_of_the_trials_goes_unseen(mode):
    settings, _, illegal = mode_of(mode)
    scenario = change(BASE, settings)
    mark, content = fingerprint(scenario), trial_bytes(scenario)
    for key, value in CHANGES.items():
        if key not in illegal:
            other = change(scenario, {key: value})
            assert fingerprint(other) != mark or trial_bytes(other) == content, key


SPACING = BASE.beam_spacing_uv
SAME_TRIALS = [
    ({"channel.environment": "rural"}, {"channel.environment": "suburban"}),
    ({"scheduler.policy": "equal-time"}, {"scheduler.policy": "proportional-fair"}),
    ({"service.mix": "best-effort 100%"}, {"service.preset": "best-effort"}),
    ({"service.mix": "voice 100%"}, {"service.preset": "voice", "service.header_share": 0.0}),
    ({}, {"beams.spacing_uv": SPACING}),
    ({"beams.spacing_uv": SPACING}, {"beams.spacing_uv": SPACING, "satellite.hpbw_deg": 1.0}),
    ({}, {"beams.allocation": "random", "satellite.beams_at_once": 37}),
    ({}, {"beams.allocation": "periodic", "satellite.beams_at_once": 37, "beams.slots": 1}),
    ({"users.placement": "uniform"}, {"users.placement": "uniform", "users.count": 370}),
    (
        {"users.placement": "uniform"},
        {"users.placement": "hotspots", "users.hotspots.share": 0.001},
    ),
    (
        {"users.placement": "hotspots", "users.hotspots.share": 0.02, "users.hotspots.count": 7},
        {"users.placement": "hotspots", "users.hotspots.share": 0.02, "users.hotspots.count": 70},
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME_TRIALS)
def test_scenarios_with_the_same_trials_share_a_fingerprint(one, other):
    first, second = change(BASE, one), change(BASE, other)
    assert first != second
    assert trial_bytes(first) == trial_bytes(second)
    assert fingerprint(first) == fingerprint(second)


def test_modes_differ_among_themselves():
    prints = [fingerprint(change(BASE, settings)) for settings, _, _ in MODES.values()]
    assert len(set(prints)) == len(MODES)
    pair = {"beams.frequency_reuse": 2, "beams.polarisation_reuse": True}
    assert fingerprint(change(BASE, pair)) not in prints


def test_it_is_the_hash_of_the_canonical_json():
    """Written by hand: sorted keys, floats with a point, defaults resolved.

    The first is that of finished runs of 0.2; what later rules add is put in.
    """
    spacing = repr(math.sqrt(3.0) * math.sin(math.radians(4.4127) / 2.0))
    canonical = (
        '{"beams":{"allocation":"all-on","count":37,"frequency_reuse":1,'
        '"polarisation_reuse":false,"spacing_uv":' + spacing + ',"statistics_count":19},'
        '"carrier":{"bandwidth_mhz":30.0},'
        '"channel":{"elevation_lookup":"linear","environment":"rural","gas_loss":true,'
        '"ionosphere":"middle","line_of_sight":"probability","shadow_fading":true,'
        '"weather":"clear"},'
        '"handset":{"antenna_gain_dbi":0.0,"antenna_temperature_k":290.0,'
        '"body_loss_db":0.0,"noise_figure_db":7.0,"polarisation_loss_db":0.0},'
        '"link":{"adaptation":"nr-cqi","overhead":0.14,"table":"64qam",'
        '"thresholds":"lte-sim-awgn"},'
        '"run":{"seed":1},'
        '"satellite":{"altitude_km":600.0,"antenna_diameter_m":2.0,"antenna_gain_dbi":30.0,'
        '"eirp_density_dbw_per_mhz":34.0,"elevation_deg":90.0,"frequency_ghz":2.0,'
        '"gateway_elevation_deg":10.0,"pattern":"bessel","payload":"transparent"},'
        '"scheduler":{"policy":"equal-time"},'
        '"uplink":{},'
        '"users":{"count":370,"indoor_share":0.0,"placement":"beam","vehicle_share":0.0}}'
    )
    later = canonical
    for of_02, of_03 in (
        ('"overhead":0.14', '"harq":"on","harq_processes":32,"overhead":0.25'),
        ('"payload":"transparent"', '"payload":"transparent","rf_power_w":500.0'),
    ):
        later = later.replace(of_02, of_03)
    for rules, text in (("0.2", canonical), ("0.3", later)):
        scenario = BASE.replace(rules=rules)
        assert fingerprint(scenario) == hashlib.sha256(text.encode()).hexdigest()
        assert json.loads(text) == scenario.effective()


def test_preset_written_out_is_the_same():
    for rules in ("0.2", "0.3"):
        figures, handset = (
            {key: figure.value for key, figure in load_preset(name).figures_by(rules).items()}
            for name in (PRESET, "3gpp-handheld")
        )
        sections = {"handset": handset, "satellite": figures, "beams": {"count": 37}}
        explicit = load_scenario({"rules": rules, **sections})
        assert fingerprint(explicit) == fingerprint(BASE.replace(rules=rules))


def test_default_count_written_out_is_the_same():
    uniform = BASE.replace(users__placement="uniform")
    assert fingerprint(uniform.replace(users__count=370)) == fingerprint(uniform)
    fewer = uniform.replace(users__per_beam=7).replace(users__count=370)
    assert fingerprint(fewer) == fingerprint(uniform)


def test_minus_zero_is_zero():
    zero = BASE.replace(handset__antenna_gain_dbi=0.0)
    assert fingerprint(zero.replace(handset__antenna_gain_dbi=-0.0)) == fingerprint(zero)


@given(order=st.permutations(["satellite", "beams", "carrier", "run"]), reverse=st.booleans())
def test_order_of_keys_and_whole_numbers_do_not_matter(order, reverse):
    def ordered(keys: dict) -> dict:
        return dict(sorted(keys.items(), reverse=reverse))

    sections = {
        "satellite": ordered({"preset": PRESET, "altitude_km": 600}),
        "beams": ordered({"count": 37, "frequency_reuse": 1}),
        "carrier": {"bandwidth_mhz": 30},
        "run": ordered({"trials": 5, "seed": 1}),
    }
    scenario = load_scenario({name: sections[name] for name in order})
    assert fingerprint(scenario) == fingerprint(BASE)


@given(
    key=st.sampled_from(["satellite.altitude_km", "satellite.hpbw_deg", "carrier.bandwidth_mhz",
                         "handset.noise_figure_db", "link.overhead"]),
    upwards=st.booleans(),
)  # fmt: skip
def test_the_smallest_change_of_a_number_shows(key, upwards):
    before = dict(BASE.items())[key]
    after = math.nextafter(before, math.inf if upwards else -math.inf)
    assert fingerprint(change(BASE, {key: after})) != fingerprint(BASE)


@given(first=st.integers(0, 2**64 - 1), second=st.integers(0, 2**64 - 1))
def test_seeds_have_fingerprints_of_their_own(first, second):
    same = fingerprint(BASE.replace(run__seed=first)) == fingerprint(BASE.replace(run__seed=second))
    assert same == (first == second)
