"""Trouble with the file itself: InputError, one line, saying what to do."""

from pathlib import Path

import pytest

from capest.errors import InputError, ScenarioError
from capest.scenario.load import load_scenario

GOOD = '[satellite]\npreset = "tr38821-set1-leo600-s"\n'


def message_of(path: Path | str) -> str:
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    assert not isinstance(caught.value, ScenarioError)
    text = str(caught.value)
    assert "\n" not in text
    assert caught.value.exit_code == 2
    return text


def test_path_str_and_mapping_load_the_same(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(GOOD)
    mapping = {"satellite": {"preset": "tr38821-set1-leo600-s"}}
    assert load_scenario(path) == load_scenario(str(path)) == load_scenario(mapping)


def test_loading_leaves_the_mapping_alone():
    mapping = {"satellite": {"preset": "tr38821-set1-leo600-s"}}
    load_scenario(mapping, ["satellite.altitude_km=700", "run.seed=3"])
    assert mapping == {"satellite": {"preset": "tr38821-set1-leo600-s"}}


def test_missing_file_suggests_the_nearest_there_is(tmp_path):
    (tmp_path / "case9.toml").write_text(GOOD)
    (tmp_path / "other.txt").write_text("")
    text = message_of(tmp_path / "case8.toml")
    assert "case8.toml: there is no such file" in text
    assert text.endswith(f"did you mean {tmp_path / 'case9.toml'}?")


def test_missing_file_in_a_missing_folder(tmp_path):
    text = message_of(tmp_path / "nowhere" / "case9.toml")
    assert text == f"{tmp_path / 'nowhere' / 'case9.toml'}: there is no such file"


def test_preset_named_instead_of_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for start in ("tr38821-set1-geo-s", "guowang-gw-a59"):
        assert f"capest presets init {start} -o {start}.toml" in message_of(start)
    # No scenario starts from these: what is said must not fail when it is tried.
    assert message_of("3gpp-handheld").endswith(
        '3gpp-handheld is a handset preset: write preset = "3gpp-handheld" in [handset]'
    )
    assert 'write preset = "voice" in [service]' in message_of("voice")


def test_directory(tmp_path):
    assert message_of(tmp_path) == f"{tmp_path}: is a directory; name a TOML file in it"


def test_path_through_a_file(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD)
    assert "cannot be read: Not a directory" in message_of(tmp_path / "a.toml" / "b.toml")


def test_path_with_a_nul():
    assert message_of("a\0b.toml") == "'a\\x00b.toml': cannot be read: embedded null byte"


@pytest.mark.parametrize(
    ("content", "where"),
    [(b'title = "caf\xe9"\n', "byte 12, line 1"), (b"\n\n# \xff", "byte 4, line 3")],
)
def test_undecodable_bytes(tmp_path, content, where):
    path = tmp_path / "latin1.toml"
    path.write_bytes(content)
    assert message_of(path) == f"{path}: is not UTF-8 text ({where}); save it as UTF-8"


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("[satellite]\npreset tr38821\n", "(at line 2, column 8)"),
        ("[run]\ntrials = 5\ntrials = 6\n", "(at line 3, column 11)"),
        ("title = 'x'\n[beams\ncount = 7", "(at line 2, column 7)"),
        ("a = 1\nb = [", "(at line 2, column 6, the end of the file)"),
        ("a = 600 km", "(at line 1, column 9)"),
    ],
)
def test_broken_toml_says_line_and_column(tmp_path, content, where):
    path = tmp_path / "broken.toml"
    path.write_text(content)
    text = message_of(path)
    assert text.startswith(f"{path}: broken TOML: ")
    assert text.endswith(where)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a = " + "[" * 5000, "nested too deeply"),
        ("a = " + "1" * 5000, "a whole number of too many digits"),
    ],
)
def test_toml_python_cannot_hold(tmp_path, content, reason):
    path = tmp_path / "monster.toml"
    path.write_text(content)
    assert message_of(path) == f"{path}: broken TOML: {reason}"


def test_byte_order_mark_and_windows_line_ends_are_fine(tmp_path):
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_scenario(path).satellite.altitude_km == 600.0


def test_problems_name_the_file(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(GOOD + "[run]\ntrials = 0\nsed = 1\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert caught.value.source == str(path)
    assert str(caught.value).splitlines() == [
        f"{path}: run.trials = 0: must be a whole number, at least 1 and at most 1000000000",
        f"{path}: run.sed = 1: unknown key; did you mean seed",
    ]


def test_empty_file_says_what_is_needed(tmp_path):
    path = tmp_path / "empty.toml"
    path.write_text("")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == (
        f"{path}: satellite: required: a table [satellite]; "
        "satellite.preset can supply what lacks, see: capest presets list"
    )
