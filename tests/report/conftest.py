"""Result files that tests of reports share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.small import make_files


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_files(tmp_path_factory.mktemp("report"))
