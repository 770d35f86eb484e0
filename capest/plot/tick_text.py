"""Numbers at axes as people write them: thousands separated, no needless digits."""

from __future__ import annotations


def tick_text(value: float) -> str:
    """A number such as "30,000", "0.25" or "−6".

    Parameters
    ----------
    value : float
        At an axis: at most four digits matter.
    """
    if value == 0.0:
        return "0"
    text = f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.4g}"
    return text.replace("-", "−")
