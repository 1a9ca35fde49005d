"""What a benchmark hands back: the JSON of the contract, and what the report draws beside it."""

import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import onnxruntime
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from benchmarks.galleries import Gallery
from benchmarks.verification import PairScores
from models.manifest import ModelSpec
from models.session import Provider

Metrics = dict[str, JsonValue]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class UsedModel(_Frozen):
    """A network that took part, by the digest of its source."""

    id: str
    sha256: str

    @classmethod
    def of(cls, spec: ModelSpec) -> Self:
        """The manifest entry's id and digest."""
        return cls(id=spec.id, sha256=spec.sha256)


class Machine(_Frozen):
    """Where the figures were measured."""

    cpu: str
    cores: int
    provider: Provider
    threads: int
    python: str
    onnxruntime: str


class PeerResult(_Frozen):
    """Another implementation's figures, from the same run."""

    metrics: Metrics


class Listing(_Frozen):
    """A table of its own, for what no single figure says."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[JsonValue, ...], ...]


class Result(_Frozen):
    """One run of one benchmark.

    Attributes:
        command: what makes these figures again.
        n: pairs, pictures, queries or requests that were measured, as the benchmark says.
        metrics: the contract's keys for this benchmark; more may stand beside them.
        ratios: ours against a peer, above 1 where ours is better.
        conditions: input, warm-ups, runs, variant and caveats: what the figures hold for.
        listings: tables of the report, such as the figures by province.
        galleries: pictures of the report, such as the errors; not in the JSON.
        scores: of pairs, for the histogram and the DET curve of the report; not in the JSON.
    """

    benchmark: str
    command: str
    models: tuple[UsedModel, ...]
    machine: Machine
    n: int = Field(ge=0)
    metrics: Metrics
    peers: Mapping[str, PeerResult] = {}
    ratios: Mapping[str, float] = {}
    conditions: Metrics = {}
    listings: tuple[Listing, ...] = ()
    galleries: tuple[Gallery, ...] = Field(default=(), exclude=True)
    scores: PairScores | None = Field(default=None, exclude=True)

    def to_json(self) -> str:
        """The contract's JSON, indented."""
        return self.model_dump_json(indent=2) + "\n"


def this_machine(provider: Provider, threads: int) -> Machine:
    """The machine this process runs on, and how the networks were told to use it."""
    return Machine(
        cpu=_cpu_name(),
        cores=os.cpu_count() or 1,
        provider=provider,
        threads=threads,
        python=platform.python_version(),
        onnxruntime=onnxruntime.__version__,
    )


def _cpu_name() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
