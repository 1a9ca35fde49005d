"""The small installation as a fixture."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An open site with an empty gallery `staff`."""
    site = Site(tmp_path)
    site.gallery()
    yield site
    site.close()
