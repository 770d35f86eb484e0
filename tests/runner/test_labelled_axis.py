"""An axis of a sweep whose labels stand for settings of several keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import capest
from capest import api
from capest.errors import InputError, ScenarioError
from capest.results.sweep_file import axes_of, check_sweep
from capest.runner import sweep
from capest.runner.execute.inline import InlineExecutor
from capest.runner.sweep_axis import LabelledAxis
from capest.scenario.overrides import OptionValue, Removal

BASE: dict[str, Any] = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 19, "statistics_count": 7},
    "users": {"per_beam": 3},
    "run": {"trials": 6, "seed": 4},
}
PLAIN = (OptionValue("beams.frequency_reuse=1", "--design plain"),)
WIDE = (
    OptionValue("beams.frequency_reuse=3", "--design wide"),
    OptionValue("handset.noise_figure_db=7.0", "--design wide"),
    Removal("users.per_beam", "--design wide"),
)
DESIGNS = LabelledAxis("design", ("plain", "wide+quiet"), sets=(PLAIN, WIDE))


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    axes = [DESIGNS, sweep.parse_axis("carrier.bandwidth_mhz=10.0,20.0")]
    points = sweep.points_of(BASE, [], axes)
    output = tmp_path_factory.mktemp("labels") / "swept.nc"
    sweep.run_sweep(points, axes, output, InlineExecutor, backend="numpy")
    return output


def test_every_point_has_all_settings_of_its_label(swept: Path) -> None:
    changes: dict[str, dict[str, Any]] = {
        "plain": {"beams__frequency_reuse": 1},
        "wide+quiet": {
            "beams__frequency_reuse": 3,
            "handset__noise_figure_db": 7.0,
            "users__per_beam": 10,  # the default, in place of what was taken out
        },
    }
    with xr.open_dataset(swept) as dataset:
        assert dataset["throughput_mean"].dims == ("design", "carrier__bandwidth_mhz")
        for label, values in changes.items():
            for width_mhz in (10.0, 20.0):
                scenario = api.load(BASE).replace(**values, carrier__bandwidth_mhz=width_mhz)
                alone = api.run(scenario, backend="numpy")
                point = dataset.sel(design=label, carrier__bandwidth_mhz=width_mhz)
                for name in ("sinr_db_quantile", "throughput_mean_low", "throughput"):
                    np.testing.assert_array_equal(point[name].values, alone[name].values)
                inside = alone["cell_counted"].values.astype(bool)
                served, asked = (
                    alone[name].values[:, inside].sum(axis=0)
                    for name in ("cell_served_users", "cell_users")
                )
                share = served[asked > 0] / asked[asked > 0]
                jain = share.sum() ** 2 / (len(share) * (share**2).sum())
                assert float(point["jain_over_cells"]) == pytest.approx(jain)
        # Cells of no place on the Earth have no density.
        assert "worst_decile_served_share" not in dataset


def test_the_file_says_what_labels_stand_for(swept: Path) -> None:
    assert axes_of(swept) == ["design", "carrier__bandwidth_mhz"]
    check_sweep(swept)
    with capest.open(swept) as dataset:
        about = dataset["design"].attrs
        assert about["scenario_key"] == "design"
        assert about["long_name"] == (
            "design: a choice of beams.frequency_reuse, handset.noise_figure_db, users.per_beam "
            "of the scenario"
        )
        assert about["comment"].splitlines() == [
            "plain: beams.frequency_reuse=1",
            "wide+quiet: beams.frequency_reuse=3, handset.noise_figure_db=7.0",
        ]
        assert dataset.attrs["difference_to"].startswith("design = plain, carrier.bandwidth_mhz")
        found = dataset.capest.difference(
            {"design": "wide+quiet", "carrier.bandwidth_mhz": 10.0},
            {"design": "plain", "carrier.bandwidth_mhz": 10.0},
        )
        ours, theirs = (
            dataset["throughput"].sel(design=label, carrier__bandwidth_mhz=10.0).values.mean()
            for label in ("wide+quiet", "plain")
        )
        assert found["throughput", "mean"].value == pytest.approx(ours - theirs)
        assert "wide+quiet" in str(dataset.capest.summary())


def test_labels_of_one_key_alone_are_its_values() -> None:
    sets = tuple((OptionValue(f"beams.frequency_reuse={n}", f"--reuse {n}"),) for n in (1, 3))
    axis = LabelledAxis("beams.frequency_reuse", (1, 3), sets=sets)
    assert (axis.name, axis.keys) == ("beams__frequency_reuse", ("beams.frequency_reuse",))
    assert (axis.long_name, axis.comment) == ("beams.frequency_reuse of the scenario", "")
    assert axis.coordinate.dtype == np.int64


def test_a_key_that_labels_set_is_not_set_beside_them() -> None:
    said = "given too by --set handset.noise_figure_db=9"
    with pytest.raises(InputError, match=said):
        sweep.points_of(BASE, ["handset.noise_figure_db=9"], [DESIGNS])
    with pytest.raises(InputError, match="every key once"):
        sweep.points_of(BASE, [], [DESIGNS, sweep.parse_axis("beams.frequency_reuse=1,3")])


def test_a_faulty_label_is_named_as_it_was_given() -> None:
    faulty = (OptionValue("beams.frequency_reuse=5", "--design five"),)
    with pytest.raises(ScenarioError, match="see --design five"):
        sweep.points_of(BASE, [], [LabelledAxis("design", ("plain", "five"), sets=(PLAIN, faulty))])


def test_what_no_label_reads_is_a_fault() -> None:
    idle = (OptionValue("cells.lit=all", "--design idle"),)
    with pytest.raises(ScenarioError, match=r"cells\.lit is not read.*see --design idle"):
        sweep.points_of(BASE, [], [LabelledAxis("design", ("idle", "plain"), sets=(idle, PLAIN))])
