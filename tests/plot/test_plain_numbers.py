"""Numbers at axes."""

import pytest

from capest.plot.plain_numbers import plain_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (30000.0, "30,000"),
        (-1234.5, "−1,234.5"),
        (0.0, "0"),
        (-0.0, "0"),
        (0.25, "0.25"),
        (100.0, "100"),
        (1e-7, "1e−07"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_plain_number(value: float, text: str) -> None:
    assert plain_number(value) == text
