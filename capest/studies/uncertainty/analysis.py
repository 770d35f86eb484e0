"""What a joint sample says of a figure."""

from __future__ import annotations

from typing import Any

from capest.studies.uncertainty.study_model import Study


def variables_of(study: Study) -> list[tuple[str, str, str, Any]]:
    """Numbers for the file of a study."""
    return []
