"""The line beside the headline that says what is not modelled."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from capest.cli import cli
from capest.results.left_out import left_out


def test_the_largest_are_named_and_the_others_counted() -> None:
    assert left_out("") == ""
    assert left_out("a (1)") == "not modelled: a (1)"
    assert left_out("a\nb\nc") == "not modelled: a; b; c"
    assert left_out("a\nb\nc\nd") == "not modelled: a; b; c; 1 smaller effect"
    assert left_out("a\nb\nc\nd\ne") == "not modelled: a; b; c; 2 smaller effects"


def test_a_run_says_it_on_the_screen_in_the_file_and_in_json(tmp_path: Path) -> None:
    path, out = tmp_path / "s.toml", tmp_path / "o.nc"
    beams = "[beams]\ncount = 7\nstatistics_count = 7\n"
    path.write_text(f'[satellite]\npreset = "tr38821-set1-leo600-s"\n{beams}')
    run = CliRunner().invoke(cli, ["run", str(path), "--trials", "2", "-o", str(out)])
    assert run.exit_code == 0, run.output
    words = "not modelled: terrestrial networks on the same channel"
    assert words in " ".join(run.stdout.split())
    shown = CliRunner().invoke(cli, ["show", str(out), "--json"])
    lines = json.loads(shown.stdout)["not_modelled"]
    assert lines[0].startswith(words.partition(": ")[2])
    assert len(lines) > 1
