"""What the tests of the deployment share."""

from typing import Any

import pytest

from api.app import create_app
from pipelines.settings import Settings


@pytest.fixture(scope="session")
def api_paths() -> dict[str, Any]:
    """The paths of the API's description."""
    paths: dict[str, Any] = create_app(Settings()).openapi()["paths"]
    return paths
