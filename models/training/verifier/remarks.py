"""What people saw who looked at training photos: bicycles, and what looks like a motorcycle and is none.

No set that shows bicycles from near labels them, and the set of people, where wheelchairs are, labels no vehicles: a
network that nobody told otherwise takes both for motorcycles. No remark is on a photo that is held out.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vision.street_classes import STREET_CLASSES
from vision.types import FloatArray

REMARKS = Path(__file__).with_name("remarks.jsonl")


@dataclass(frozen=True, slots=True, eq=False)
class Remarks:
    """Those on one photo.

    Attributes:
        boxes: (N, 4) pixels.
        places: of each, the vehicle's place in STREET_CLASSES; None: it is no vehicle.
    """

    boxes: FloatArray
    places: tuple[int | None, ...]


def read_remarks(path: Path = REMARKS) -> Mapping[str, Remarks]:
    """The remarks by the photo's file name."""
    lines = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        remark = json.loads(line)
        lines[remark["image"]].append(remark)
    return {
        name: Remarks(
            np.array([one["box"] for one in several], np.float32),
            tuple(STREET_CLASSES.index(one["label"]) if one["label"] else None for one in several),
        )
        for name, several in lines.items()
    }
