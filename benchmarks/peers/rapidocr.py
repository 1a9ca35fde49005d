"""RapidOCR (PP-OCRv6) in an environment of its own, as a process beside this one: its packages clash with ours."""

import subprocess
import sys
import venv
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import onnxruntime
from pydantic import BaseModel, ConfigDict, ValidationError

from benchmarks.plate_lanes import FoundPlate, Look
from benchmarks.plate_readers import CropReading
from benchmarks.result import UsedModel
from models.files import write_atomically
from vision.errors import ConfigurationError, SourceError
from vision.plate_alphabet import ALPHABET
from vision.types import Image

VERSION = "3.10.0"
RAPIDOCR = UsedModel(
    id=f"rapidocr-{VERSION}", sha256="2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050"
)
"""By the digest of its wheel, in which its networks lie: nothing is downloaded at run time."""
WORKER = Path(__file__).with_name("rapidocr_worker.py")
_READY = "ready"


class Answer(BaseModel):
    """What RapidOCR says of one picture: its lines of text, and the seconds from decoded pixels to them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: float
    texts: tuple[str, ...]


class RapidOcr:
    """The process; its environment is made at the first use, in the cache of the installation.

    Args:
        home: CITYGATE_HOME.
        threads: threads inside one operator.
        lines_only: every picture is one line of text: nothing is looked for, only read.

    Raises:
        ConfigurationError: the environment cannot be made.

    Source: RapidAI/RapidOCR, Apache-2.0.
    """

    def __init__(self, home: Path, threads: int, *, lines_only: bool) -> None:
        # Isolated: the worker's folder, where this very file lies, must not be searched for the package rapidocr.
        command = [str(environment(home)), "-I", str(WORKER), "--threads", str(threads)]
        self._process = subprocess.Popen(  # noqa: S603 - our own file in our own environment
            [*command, "--lines-only"] if lines_only else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and wait for it."""
        self._process.communicate()

    def ask(self, picture: Path) -> Answer:
        """What it reads in the file.

        Raises:
            SourceError: the process has ended or says something else.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise SourceError("has no pipes", RAPIDOCR.id)
        try:
            self._process.stdin.write(f"{_Question(picture=picture.resolve()).model_dump_json()}\n")
            self._process.stdin.flush()
            return Answer.model_validate_json(self._process.stdout.readline())
        except (BrokenPipeError, ValidationError) as error:
            raise SourceError("ended without an answer", RAPIDOCR.id) from error


class RapidOcrReader:
    """RapidOCR on crops of one line."""

    def __init__(self, process: RapidOcr) -> None:
        self._process = process

    def read(self, picture: Path, image: Image) -> CropReading:  # noqa: ARG002 - CropReader's arguments
        """See `CropReader`."""
        answer = self._process.ask(picture)
        return CropReading("".join(plate_text(text) for text in answer.texts), answer.seconds)


class RapidOcrLane:
    """RapidOCR on whole scenes: every line of text, wherever it stands."""

    finds_plates = False

    def __init__(self, process: RapidOcr) -> None:
        self._process = process

    def look(self, picture: Path, image: Image) -> Look:  # noqa: ARG002 - SceneLane's arguments
        """See `SceneLane`."""
        answer = self._process.ask(picture)
        texts = [plate_text(text) for text in answer.texts]
        nowhere = np.zeros(4, np.float32)
        return Look(tuple(FoundPlate(nowhere, text, accepted=False) for text in texts if text), answer.seconds)


class _Question(BaseModel):
    picture: Path


def plate_text(line: str) -> str:
    """A line of text as plates are labelled: upper case, without separators and what no plate says."""
    return "".join(character for character in line.upper() if character in ALPHABET)


def environment(home: Path) -> Path:
    """The Python of RapidOCR's own environment, which is made when it is not there or not whole.

    Raises:
        ConfigurationError: its packages cannot be installed.
    """
    folder = home / "cache" / f"{RAPIDOCR.id}-onnxruntime-{onnxruntime.__version__}"
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if (folder / _READY).exists():
        return python
    venv.create(folder, clear=True, with_pip=True)
    packages = [f"rapidocr=={VERSION}", f"onnxruntime=={onnxruntime.__version__}"]
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    try:
        subprocess.run(install, check=True, capture_output=True, text=True)  # noqa: S603 - pinned names, no shell
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
        raise ConfigurationError(f"--peer rapidocr: wanted {', '.join(packages)} installed, got: {said}") from error
    write_atomically(folder / _READY, b"")
    return python
