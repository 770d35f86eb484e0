"""Names of the presets, for tests that need them all."""

HANDSETS = ("3gpp-handheld", "3gpp-vsat", "smartphone-typical", "smartphone-worst")
SYSTEM_SATELLITES = ("starlink-dtc-calibrated", "starlink-dtc-filed")
CONSTELLATIONS = (
    "globalstar-24",
    "guowang-complete",
    "guowang-gw-2",
    "guowang-gw-a59",
    "iridium-66",
    "starlink-dtc-15000",
    "starlink-dtc-2016",
    "starlink-dtc-652",
)
