"""From SINR to spectral efficiency: NR CQI and MCS tables, truncated Shannon bound."""

from __future__ import annotations

import numpy as np

from capest.physics.tables import rows

_CQI_TABLE = {"64qam": "5.2.2.1-2", "256qam": "5.2.2.1-3", "64qam-low-se": "5.2.2.1-4"}
_MCS_TABLE = {"64qam": "5.1.3.1-1", "256qam": "5.1.3.1-2", "64qam-low-se": "5.1.3.1-3"}
_THRESHOLD_COLUMN = {
    "lte-sim-awgn": "ltesim_awgn_bler10_dB",
    "lte-list": "lte_era_list_dB",
    "5g-lena": "lena_bler10_dB",
    "sionna": "sionna_bler10_dB",
}
_SHANNON_ROW = {
    "tr36942": "TR 36.942 Annex A.1",
    "sharc": "SHARC default (Rec. ITU-R M.2101 / TR 38.803 lineage)",
    "sharc-mss": "SHARC MSS and HIBS 2600 MHz campaigns",
    "bound": "Shannon's own bound",
}


def nr_efficiencies(kind: str, table: str) -> np.ndarray:
    """Spectral efficiencies of a TS 38.214 table, ascending, without "out of range".

    Parameters
    ----------
    kind : {"nr-cqi", "nr-mcs"}
        CQI Tables 5.2.2.1-2 to -4 or PDSCH MCS Tables 5.1.3.1-1 to -3.
    table : {"64qam", "256qam", "64qam-low-se"}

    Returns
    -------
    float array (entries,)
        bit/s/Hz.
    """
    if kind == "nr-cqi":
        source, name = rows("nr_cqi_tables"), _CQI_TABLE[table]
    else:
        source, name = rows("nr_mcs_tables"), _MCS_TABLE[table]
    values = [float(r["spectral_efficiency"]) for r in source if r["table_TS_38.214"] == name]
    return np.unique([value for value in values if value > 0.0])


def shannon_gap_db(efficiency: np.ndarray, thresholds: str) -> np.ndarray:
    """Distance of a real receiver from the Shannon bound at 10 % block errors.

    A published list gives the SINR at which each CQI of TS 38.214 Table 5.2.2.1-2 reaches a block
    error rate of 10 %. Its distance from the Shannon bound is interpolated linearly in
    spectral efficiency, and held at the ends; so the list itself is reproduced exactly
    and the other CQI and MCS tables take thresholds consistent with it.

    Parameters
    ----------
    efficiency : float array (n,)
        bit/s/Hz.
    thresholds : {"lte-sim-awgn", "lte-list", "5g-lena", "sionna"}
        LTE-Sim AWGN curves (Piro et al., IEEE Trans. Veh. Technol. 60, 2011), a list common in
        LTE literature, the 5G-LENA error model (Lagen et al., 2020), and NVIDIA Sionna's
        physical-layer abstraction. 5G-LENA starts at CQI 2 and Sionna at CQI 4.

    Returns
    -------
    float array (n,)
        Gap in dB.
    """
    column = _THRESHOLD_COLUMN[thresholds]
    listed = [
        (float(row["spectral_efficiency"]), float(row[column]))
        for row in rows("nr_sinr_thresholds_summary")
        if row[column]
    ]
    listed_efficiency, listed_db = np.array(listed).T
    gap_db = listed_db - 10.0 * np.log10(2.0**listed_efficiency - 1.0)
    return np.interp(efficiency, listed_efficiency, gap_db)


def rate_table(kind: str, table: str, thresholds: str, shift_db: float = 0.0) -> np.ndarray:
    """Steps of link adaptation: the SINR from which each efficiency is used.

    An entry that needs as much SINR as a more efficient one is left out: nobody would use it.

    Parameters
    ----------
    kind, table, thresholds : str
        See `nr_efficiencies` and `shannon_gap_db`.
    shift_db : float
        How much more SINR every step takes than at 10 % block errors.

    Returns
    -------
    float32 array (entries, 2)
        Linear SINR threshold and spectral efficiency in bit/s/Hz, both ascending.
    """
    efficiency = nr_efficiencies(kind, table)
    shannon_db = 10.0 * np.log10(2.0**efficiency - 1.0)
    threshold_db = shannon_db + shannon_gap_db(efficiency, thresholds) + shift_db
    next_better_db = np.append(np.minimum.accumulate(threshold_db[::-1])[-2::-1], np.inf)
    useful = threshold_db < next_better_db
    threshold = 10.0 ** (threshold_db[useful] / 10.0)
    return np.stack([threshold, efficiency[useful]], axis=1).astype(np.float32)


def truncated_shannon(variant: str) -> np.ndarray:
    """Parameters of the attenuated and truncated Shannon bound, downlink.

    TR 36.942 Annex A.1 (efficiency alpha·log2(1 + SINR) between a smallest SINR and a largest
    efficiency), Recommendation ITU-R M.2101 in the parameters of public simulators. ``"bound"`` is
    Shannon's own: alpha 1 and no largest efficiency, down to -50 dB, far under the noise, where
    spread spectrum works. There it ends because sums over users are in steps of 2^-24 bit/s/Hz,
    0.4 % of the efficiency at -50 dB.

    Parameters
    ----------
    variant : {"tr36942", "sharc", "sharc-mss", "bound"}

    Returns
    -------
    float32 array (4,)
        alpha, smallest SINR (linear), largest SINR (linear), largest efficiency (bit/s/Hz);
        infinite where there is none.
    """
    (row,) = (
        r
        for r in rows("truncated_shannon")
        if r["name"] == _SHANNON_ROW[variant] and r["link"] == "DL"
    )
    largest_db = float(row["sinr_max_dB"]) if row["sinr_max_dB"] else np.inf
    return np.array(
        [
            float(row["alpha"]),
            10.0 ** (float(row["sinr_min_dB"]) / 10.0),
            10.0 ** (largest_db / 10.0),
            float(row["se_max_bps_per_Hz"] or np.inf),
        ],
        dtype=np.float32,
    )
