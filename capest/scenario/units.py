"""Units, read off the end of a key's name: the one place that knows the suffixes."""

from __future__ import annotations

# Longest suffix first, so that "_dbw_per_mhz" is not taken for "_mhz". The second half are units no
# key uses: they are known only to recognise a key written with the wrong unit.
_UNITS = {
    "_dbw_per_mhz": "dBW/MHz",
    "_mhz": "MHz",
    "_ghz": "GHz",
    "_deg": "degree",
    "_dbi": "dBi",
    "_dbm": "dBm",
    "_db_per_k": "dB/K",
    "_percent": "%",
    "_km": "km",
    "_db": "dB",
    "_uv": "direction cosine",
    "_k": "K",
    "_m": "m",
    "_dbm_per_mhz": "dBm/MHz",
    "_dbw_per_m2_mhz": "dBW/m²/MHz",
    "_dbw_per_hz": "dBW/Hz",
    "_dbw_per_4khz": "dBW/4kHz",
    "_khz": "kHz",
    "_dbw": "dBW",
    "_rad": "rad",
    "_hz": "Hz",
    "_cm": "cm",
    "_mm": "mm",
    "_per_km2": "1/km²",
    "_kbps": "kbit/s",
    "_ms": "ms",
    "_w": "W",
    "_c": "°C",
    "_s": "s",
    "_h": "h",
}
_BY_LENGTH = sorted(_UNITS, key=len, reverse=True)


def unit_of(key: str) -> str:
    """Return the unit a key carries in its name, "" if none.

    Parameters
    ----------
    key : str
        Bare or dotted, such as ``"satellite.altitude_km"``.

    Returns
    -------
    str
        Such as ``"km"``.
    """
    return next((_UNITS[suffix] for suffix in _BY_LENGTH if key.endswith(suffix)), "")


def without_unit(key: str) -> str:
    """Return a key's name without its unit: ``"altitude"`` for ``"altitude_km"``."""
    return next((key[: -len(suffix)] for suffix in _BY_LENGTH if key.endswith(suffix)), key)
