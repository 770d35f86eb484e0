"""The line beside the headline that says what is not modelled."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from capest.cli import cli
from capest.results.left_out import left_out, rules_words


def test_the_largest_are_named_and_the_others_counted() -> None:
    def said(lines: str, **more: int) -> str:
        return left_out({"not_modelled": lines, **more})

    assert left_out({}) == said("") == ""
    assert said("a (1)") == "not modelled: a (1)"
    assert said("a\nb\nc") == "not modelled: a; b; c"
    assert said("a\nb\nc\nd") == "not modelled: a; b; c; 1 smaller effect (see --json)"
    assert said("a\nb\nc\nd\ne") == "not modelled: a; b; c; 2 smaller effects (see --json)"
    assert said("a\nb\nc", large_effects=1) == "not modelled: a; 2 smaller effects (see --json)"
    assert said("a\nb", large_effects=0) == "not modelled: 2 smaller effects (see --json)"


def test_a_run_says_it_on_the_screen_in_the_file_and_in_json(tmp_path: Path) -> None:
    path, out = tmp_path / "s.toml", tmp_path / "o.nc"
    beams = "[beams]\ncount = 7\nstatistics_count = 7\n"
    path.write_text(f'[satellite]\npreset = "tr38821-set1-leo600-s"\n{beams}')
    run = CliRunner().invoke(cli, ["run", str(path), "--trials", "2", "-o", str(out)])
    assert run.exit_code == 0, run.output
    words = "not modelled: paging of idle users"
    assert words in " ".join(run.stdout.split())
    shown = CliRunner().invoke(cli, ["show", str(out), "--json"])
    lines = json.loads(shown.stdout)["not_modelled"]
    assert lines[0].startswith(words.partition(": ")[2])
    assert len(lines) > 1


def test_rules_of_0_2_are_named_with_what_holds_all_the_same() -> None:
    assert rules_words({}) == rules_words({"rules": "0.3"}) == ""
    assert rules_words({"rules": "0.2", "later_rules": ""}) == "rules of 0.2"
    later = {"rules": "0.2", "later_rules": "link.harq, link.overhead"}
    assert rules_words(later) == "rules of 0.2 but for link.harq, link.overhead"


def test_runs_and_sweeps_name_the_rules_of_0_2(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    satellite = '[satellite]\npreset = "tr38821-set1-leo600-s"\n'
    more = '[beams]\ncount = 7\nstatistics_count = 7\n[service]\npreset = "voice"\n'
    path.write_text(satellite + more)

    def said(command: str, *words: str) -> str:
        output = str(tmp_path / f"{command}.nc")
        keys = ["--set", "rules=0.2", "--trials", "2", "-o", output, "--overwrite"]
        found = CliRunner().invoke(cli, [command, str(path), *keys, *words])
        assert found.exit_code == 0, found.output
        return " ".join(found.stdout.split())

    assert "by the rules of 0.2, uplink" in said("run")
    harq = said("run", "--set", "link.harq=on")
    assert "by the rules of 0.2 but for link.harq" in harq
    swept = said("sweep", "--vary", "beams.frequency_reuse=1,3", "--workers", "0")
    assert "rules of 0.2" in swept
    assert "Not modelled: repetitions for voice" in swept
