"""RapidOCR behind a pipe: one picture's path a line in, its texts and seconds a line out.

It runs in an environment of its own, which has RapidOCR and none of this project, and imports nothing from here.
"""

import argparse
import json
import sys
import time
from typing import Any, TextIO

import cv2
from rapidocr import RapidOCR


def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--lines-only", action="store_true", help="every picture is one line of text")
    given = parser.parse_args()
    cv2.setNumThreads(given.threads)
    # What the library may print must not get between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    engine = RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_det": not given.lines_only,
            "Global.use_cls": not given.lines_only,
            "EngineConfig.onnxruntime.intra_op_num_threads": given.threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    for line in sys.stdin:
        answer(engine, json.loads(line)["picture"], answers)


def answer(engine: Any, picture: str, answers: TextIO) -> None:
    """Read one picture and write what it says, with the seconds from decoded pixels to texts."""
    image = cv2.imread(picture, cv2.IMREAD_COLOR)
    start = time.perf_counter()
    found = engine(image)
    seconds = time.perf_counter() - start
    json.dump({"seconds": seconds, "texts": list(found.txts or ())}, answers)
    answers.write("\n")
    answers.flush()


if __name__ == "__main__":
    main()
