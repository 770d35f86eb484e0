"""What ``--json`` prints: one object, marked with the number of its shape."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

SCHEMA = 1
"""Number of the shape of all JSON that capest prints; ``docs/changelog.md`` says when it grows."""


def json_text(content: Mapping[str, Any]) -> str:
    """Return an object as JSON that every parser reads; what is no finite number is null.

    Parameters
    ----------
    content : mapping
        Plain values.

    Returns
    -------
    str
        Without a line end, ``schema`` first.
    """
    marked = {"schema": SCHEMA, **{key: _finite(value) for key, value in content.items()}}
    return json.dumps(marked, indent=1, ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
