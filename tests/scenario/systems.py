"""Names of the presets, for tests that need them all."""

HANDSETS = (
    "3gpp-handheld",
    "3gpp-vsat",
    "beidou-terminal",
    "exynos-5400",
    "mediatek-ntn",
    "smartphone-typical",
    "smartphone-worst",
)
SYSTEM_SATELLITES = (
    "ast-bluebird-calibrated",
    "ast-bluebird-filed",
    "beidou-3",
    "lynk",
    "starlink-dtc-calibrated",
    "starlink-dtc-filed",
)
CONSTELLATIONS = (
    "ast-bluebird-248",
    "beidou-3-geo",
    "globalstar-24",
    "guowang-complete",
    "guowang-gw-2",
    "guowang-gw-a59",
    "guowang-test-satellite",
    "iridium-66",
    "lynk-10",
    "starlink-dtc-15000",
    "starlink-dtc-2016",
    "starlink-dtc-652",
    "tiantong-1",
)
