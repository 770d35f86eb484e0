"""The benchmark measures, and what it measures is right; how fast is no test's business."""

import json

import pytest
from click.testing import CliRunner

from capest.benchmark.downlink import kernel_speed
from capest.benchmark.uplink import uplink_speed
from capest.cli import cli


@pytest.mark.parametrize(("beams", "reuse"), [(19, 1), (61, 3)])
def test_kernels_are_within_their_errors(beams: int, reuse: int) -> None:
    down = kernel_speed("numpy", beams, reuse, seconds=0.01)
    assert 0.0 < down.gain_error_db < 0.01
    assert 0.0 < down.sinr_error_db < 0.02
    up = uplink_speed("numpy", beams, reuse, seconds=0.01)
    assert up.colours == reuse
    assert 0.0 < up.sinr_error_db < 0.02
    for speed in (down, up):
        assert speed.pairs_per_s > 0.0
        assert speed.baseline_pairs_per_s > 0.0


def test_command_line() -> None:
    arguments = ["bench", "--seconds", "0.01", "--trials", "20", "--workers", "0"]
    result = CliRunner().invoke(cli, [*arguments, "--json"], catch_exceptions=False)
    found = json.loads(result.stdout)
    assert [row["beams"] for row in found["uplink"]] == [61, 127, 331]
    assert found["run"]["trials"] == 20
    table = CliRunner().invoke(cli, arguments, catch_exceptions=False).stdout
    assert "uplink drops × beams" in table
    assert max(map(len, table.splitlines())) <= 80
