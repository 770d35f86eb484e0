"""Tables of any width: in columns, in parts, or row after row, with every cell whole."""

import pytest

from capest.results.columns import in_columns, printable, wrapped

HEADERS = ["beams.frequency_reuse", "handset.preset", "calls", "refused, %", "Mbit/s", "SINR, dB"]
ROWS = [
    ["1", "3gpp-handheld", "12,345 ±67", "0.123 [0.100, 0.150]", "1,234.5 ±0.6", "-0.78 ±0.04"],
    ["3", "smartphone-worst", "9 ±1", "100 [83, 100]", "12.3 ±0.4", "10.49 ±0.04"],
]


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 100, 200])
def test_every_cell_is_whole_at_any_width(width):
    lines = in_columns(HEADERS, ROWS, width, keys=2)
    for row in ROWS:
        for cell in row:
            assert any(cell in line for line in lines), cell
    # One cell with its name is the least there can be.
    assert max(map(len, lines)) <= max(width, len("beams.frequency_reuse = "), 24)


def test_keys_stand_in_every_part():
    lines = in_columns(HEADERS, ROWS, 60, keys=2)
    parts = "\n".join(lines).split("\n\n")
    assert len(parts) > 1
    for part in parts:
        rows = part.splitlines()[-2:]
        assert ["3gpp-handheld" in rows[0], "smartphone-worst" in rows[1]] == [True, True]


def test_a_table_that_fits_is_one_with_whole_headers():
    lines = in_columns(HEADERS, ROWS, 200, keys=2)
    assert len(lines) == 3
    assert lines[0].split("  ")[0] == "beams.frequency_reuse"


def test_sentences_break_at_spaces_only_and_keep_numbers_with_their_intervals():
    text = "about 1,234,567 ±89 calls in all-on beams, 12 % of them refused"
    for width in range(1, 70):
        lines = wrapped(text, width)
        assert " ".join(lines) == text
        assert any("1,234,567 ±89" in line for line in lines)
        assert any("12 %" in line for line in lines)


def test_what_steers_a_terminal_is_shown_as_escapes():
    assert printable("\x1b[31mred\x1b]0;own\x07 é µ ±") == "\\x1b[31mred\\x1b]0;own\\x07 é µ ±"
    assert printable("a\nb\x9b\u202e") == "a\\nb\\x9b\\u202e"
