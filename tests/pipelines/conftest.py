"""The small installations as fixtures."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.garage import Garage
from tests.pipelines.site import Site
from tests.pipelines.ward import Ward


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An open site with an empty gallery `staff`."""
    site = Site(tmp_path)
    site.gallery()
    yield site
    site.close()


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    """An open, empty parking lot."""
    garage = Garage(tmp_path)
    yield garage
    garage.close()


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """An open case desk without cases."""
    ward = Ward(tmp_path)
    yield ward
    ward.close()
