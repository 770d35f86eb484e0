"""The result file: its content, its sameness after restarts, and disks that say no."""

from __future__ import annotations

import subprocess
import sys

import netCDF4
import numpy as np
import pytest

from capest.errors import InputError, StorageError
from capest.results.blockfile import gather
from capest.results.netcdf import read_identity, sweep, write_result
from capest.results.store import BlockStore
from capest.statistics.block import BlockResult
from capest.statistics.quantities import AXES
from tests.results import synthetic

TRIALS, BLOCK_TRIALS = 90, 4


def write(path, blocks=None, trials=TRIALS, block_trials=BLOCK_TRIALS, **more):
    return write_result(
        path,
        synthetic.blocks(trials, block_trials) if blocks is None else blocks,
        synthetic.layout(),
        sizes=synthetic.sizes(trials, block_trials),
        block_trials=block_trials,
        provenance=synthetic.provenance(**more),
    )


def content(path):
    """Name to type, dimensions, attributes and bytes of every variable."""
    with netCDF4.Dataset(path) as dataset:
        dataset.set_auto_maskandscale(False)
        return {
            name: (
                variable.dtype,
                variable.dimensions,
                repr({key: variable.getncattr(key) for key in variable.ncattrs()}),
                # Strings are objects, whose bytes say where they lie.
                np.asarray(variable[...], str if variable.dtype is str else None).tobytes(),
            )
            for name, variable in dataset.variables.items()
        }


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    target = tmp_path_factory.mktemp("netcdf") / "undisturbed.nc"
    write(target)
    return target


def test_every_trial_is_in_its_place(path):
    whole = synthetic.block(0, TRIALS)
    with netCDF4.Dataset(path) as dataset:
        dataset.set_auto_maskandscale(False)
        assert dataset["trial"][:].tolist() == list(range(TRIALS))
        for name, values in {**whole.trial, **whole.trial_cell}.items():
            assert dataset[name][:].tobytes() == values.tobytes(), name
        for name, values in synthetic.layout().items():
            assert np.array_equal(dataset[name][:], values), name


def test_counts_with_open_bins_add_up(path):
    whole = synthetic.block(0, TRIALS)
    with netCDF4.Dataset(path) as dataset:
        assert dataset["group_trials"][:].sum() == TRIALS
        for metric, axis in AXES.items():
            parts = [dataset[f"{metric}_{part}"][:] for part in ("below", "count", "above")]
            counts = np.concatenate([parts[0][:, None], parts[1], parts[2][:, None]], axis=1)
            assert np.array_equal(counts.sum(axis=0), whole.histograms[metric]), metric
            bounds = dataset[f"{metric}_bin_bounds"][:]
            centres = dataset[f"{metric}_bin"][:]
            assert np.array_equal(bounds[:, 0], axis.edges()[:-1])
            assert np.array_equal(bounds[1:, 0], bounds[:-1, 1])
            assert (bounds[:, 0] < centres).all()
            assert (centres < bounds[:, 1]).all()


def test_a_resumed_run_gives_the_same_bytes_as_an_undisturbed_one(path, tmp_path):
    indices = dict(synthetic.blocks(TRIALS, BLOCK_TRIALS))
    expected = synthetic.expected(TRIALS, BLOCK_TRIALS)
    order = np.random.default_rng(1).permutation(list(indices))
    for part in np.array_split(order, 3):
        store = BlockStore.open(tmp_path / "blocks", synthetic.IDENTITY)
        store.finished(expected)
        for index in part:
            store.write(gather([(int(index), indices[index])]))
        store.close()
    store = BlockStore.open(tmp_path / "blocks", synthetic.IDENTITY)
    assert store.finished(expected) == set(expected)
    resumed = tmp_path / "resumed.nc"
    write(resumed, ((i, store.read(i)) for i in expected), host="elsewhere", created="later")
    assert content(resumed) == content(path)


def test_slabs_longer_and_shorter_than_blocks_give_the_same_trials(monkeypatch, tmp_path, path):
    # Per-trial variables do not depend on the blocks; slabs of 32 trials against blocks of
    # 1, 50 and 90 trials.
    monkeypatch.setattr("capest.results.netcdf._SLAB_TRIALS", 32)
    wanted = content(path)
    for block_trials in (1, 50, 90):
        target = tmp_path / f"{block_trials}.nc"
        write(target, block_trials=block_trials)
        found = content(target)
        for name in (*synthetic.block(0, 1).trial, *synthetic.block(0, 1).trial_cell):
            assert found[name] == wanted[name], name


def test_everything_in_the_file_is_in_the_table_and_described(path):
    with netCDF4.Dataset(path) as dataset:
        assert list(dataset.variables) == list(synthetic.table())
        for name, variable in synthetic.table().items():
            found = dataset[name]
            dtype = "str" if found.dtype is str else found.dtype.str[1:]
            assert (found.dimensions, dtype) == (variable.dims, variable.dtype)
            bounds = name.endswith("_bounds")
            assert bounds or len(found.long_name) > 10
            named = {"units", "flag_values"} & set(found.ncattrs())
            assert bounds or named or variable.dtype == "str"


def test_times_and_hosts_stand_in_global_attributes(path):
    with netCDF4.Dataset(path) as dataset:
        assert dataset.Conventions == "CF-1.11"
        assert dataset.host == "here"
        assert (dataset.trials_done, dataset.block_trials) == (TRIALS, BLOCK_TRIALS)
        assert dataset.seed == "18446744073709551615"
        for needed in ("title", "institution", "source", "history", "references", "comment"):
            assert dataset.getncattr(needed)


def test_identity_of_a_result(path):
    found = read_identity(path)
    assert found.fingerprint == synthetic.IDENTITY.fingerprint
    assert (found.trials, found.block_trials) == (TRIALS, BLOCK_TRIALS)
    assert (found.version, found.backend) == ("0.1.0", "numpy")


def test_what_is_no_result_is_refused_in_a_line(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_identity(tmp_path / "none.nc")
    with pytest.raises(InputError, match="not a file"):
        read_identity(tmp_path)
    text = tmp_path / "text.nc"
    text.write_text("hello")
    with pytest.raises(InputError, match="not a NetCDF file"):
        read_identity(text)
    with netCDF4.Dataset(tmp_path / "other.nc", "w") as dataset:
        dataset.title = "somebody else's"
    with pytest.raises(InputError, match="not a result of capest"):
        read_identity(tmp_path / "other.nc")


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def test_an_old_result_stays_until_the_new_one_is_whole(tmp_path):
    target = tmp_path / "out.nc"
    write(target, trials=8)
    before = target.read_bytes()

    def cut_off():
        yield 0, synthetic.block(0, 4)
        raise StorageError("block 1 is damaged")

    with pytest.raises(StorageError, match="block 1 is damaged"):
        write(target, cut_off(), trials=8)
    assert target.read_bytes() == before
    assert listing(tmp_path) == ["out.nc"]
    write(target, trials=12)
    assert read_identity(target).trials == 12


@pytest.mark.parametrize(
    "wrong",
    [
        [(0, synthetic.block(0, 4))],
        [(1, synthetic.block(4, 4)), (0, synthetic.block(0, 4))],
        [(0, synthetic.block(0, 4)), (1, synthetic.block(4, 3))],
        [(0, synthetic.block(0, 4)), (2, synthetic.block(4, 4))],
    ],
    ids=["too few", "out of order", "short block", "wrong number"],
)
def test_blocks_that_are_not_the_run_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match="block"):
        write(tmp_path / "out.nc", iter(wrong), trials=8)
    assert listing(tmp_path) == []


def test_a_folder_that_is_gone_is_one_line(tmp_path):
    with pytest.raises(StorageError, match=r"cannot write .*no such folder"):
        write(tmp_path / "gone" / "out.nc")


def test_sweep_takes_this_target_s_leavings_only(tmp_path):
    for name in (".a[1].nc.host-1.tmp", ".b.nc.host-1.tmp", "a[1].nc"):
        (tmp_path / name).write_text("")
    sweep(tmp_path / "a[1].nc")
    assert listing(tmp_path) == [".b.nc.host-1.tmp", "a[1].nc"]


LIMITED = """
import resource, sys
from pathlib import Path
from capest.errors import StorageError
from tests.results.test_netcdf import write
target = Path(sys.argv[1])
for limit in (1_000, 50_000, 150_000, 250_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        write(target)
    except StorageError as error:
        assert str(error).startswith(f"cannot write {target}: "), error
        assert "\\n" not in str(error)
        assert "MB free" in str(error)
    else:
        raise AssertionError(f"a file limit of {limit} bytes stopped nothing")
    assert list(target.parent.iterdir()) == []
print("refused")
"""


def test_a_disk_that_fills_up_leaves_nothing(tmp_path):
    """A real refusal of the operating system in the middle of writing: a file size limit."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "out.nc")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "refused"), done.stderr


def test_infinite_quantiles_are_stored_as_such(tmp_path):
    """Without interference every SIR is above the last bin."""

    def no_interference():
        for index, block in synthetic.blocks(24, 1):
            counts = dict(block.histograms)
            counts["sir_db"] = np.zeros_like(counts["sir_db"])
            counts["sir_db"][-1] = 10
            yield index, BlockResult(block.first_trial, block.trial, block.trial_cell, counts)

    target = tmp_path / "out.nc"
    write(target, no_interference(), trials=24, block_trials=1)
    with netCDF4.Dataset(target) as dataset:
        assert np.isposinf(dataset["sir_db_quantile"][:]).all()
        assert dataset["sir_db_above"][:].sum() == 240
