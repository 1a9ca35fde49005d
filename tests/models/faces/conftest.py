"""Pictures and networks that several tests of detectors share."""

import numpy as np
import pytest
import skimage.data

from models.session import Session
from tests.models.faces.networks import mtcnn_sessions
from vision.types import Image


@pytest.fixture(scope="session")
def mtcnn_networks() -> tuple[Session, ...]:
    """pnet, rnet and onet."""
    return mtcnn_sessions()


@pytest.fixture(scope="session")
def astronaut() -> Image:
    """The public-domain portrait of Eileen Collins, (512, 512, 3) BGR."""
    image = np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
    image.setflags(write=False)
    return image
