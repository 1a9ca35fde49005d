"""A small installation to measure: one gallery, two gates, one person enrolled, and as many strangers as asked for."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from api.scopes import Scope
from benchmarks.options import Progress
from benchmarks.timing import timed
from models.faces.lane import FaceLane
from pipelines.gallery.galleries import Galleries
from pipelines.records.gate_values import Gate, GateMode
from pipelines.records.store import Store
from pipelines.settings import Settings, utc_now
from vision.errors import NoFace
from vision.types import Embedding, Image

GALLERY = "staff"
GATE = "door"
HALL = "hall"
"""The gate that searches everybody; the other one is told who it is."""
MODES: dict[str, GateMode] = {GATE: "verify", HALL: "identify"}
PURPOSE = "access"
ACTOR = "bench"
TARGET_FMR = 1e-3
LOOKUPS = 200


@dataclass(frozen=True, slots=True)
class Site:
    """What a client of the installation knows.

    Attributes:
        secret: an API key that may have gates decide.
        subject_id: the enrolled person.
    """

    secret: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class Lookups:
    """Times in a gallery of many, without the network and the API.

    Attributes:
        build_s: making the index from the encrypted templates.
        identify_s: one against all.
        claimed_s: reading the claimed subject's templates from the store, which is what 1:1 needs.
    """

    build_s: float
    identify_s: list[float]
    claimed_s: list[float]


def make_site(store: Store, lane: FaceLane, picture: Image) -> Site:
    """A gallery, its gates, a key, and the largest face of `picture` enrolled.

    Raises:
        NoFace: there is none.
    """
    faces = lane.observe(picture)
    if not faces:
        raise NoFace("wanted a face in the first picture, got none")
    store.galleries.create(GALLERY, purpose=PURPOSE, title="Benchmark", actor=ACTOR)
    for gate_id, mode in MODES.items():
        gate = Gate(gate_id, GALLERY, mode, liveness="none", target_fmr=TARGET_FMR, created_at=utc_now())
        store.gates.create(gate, actor=ACTOR)
    subject_id = _enrol(store, "enrolled", lane.embed(faces[0]))
    _, secret = store.keys.create(ACTOR, [Scope.GATES_DECIDE], [PURPOSE], None, actor=ACTOR)
    return Site(secret, subject_id)


def add_strangers(store: Store, like: Embedding, count: int, seed: int, progress: Progress) -> None:
    """Enrol so many people with vectors drawn at random, each with a consent of their own."""
    chance = np.random.default_rng(seed)
    for number in progress(range(count), "enrolling"):
        _enrol(store, f"stranger {number}", _drawn(chance, like))


def look_up(store: Store, like: Embedding, subject_id: str, settings: Settings, seed: int) -> Lookups:
    """Identify vectors drawn at random, and read a claimed subject's templates, in turn."""
    chance = np.random.default_rng(seed + 1)
    galleries = Galleries(store, settings.exact_search_limit)
    build_s, _ = timed(lambda: galleries.identify(GALLERY, like, 2))
    identify_s, claimed_s = [], []
    for _ in range(LOOKUPS):
        probe = _drawn(chance, like)
        identify_s.append(timed(partial(galleries.identify, GALLERY, probe, 2))[0])
        claimed_s.append(timed(partial(store.templates.of_subject, subject_id, GALLERY))[0])
    return Lookups(build_s, identify_s, claimed_s)


def _enrol(store: Store, label: str, embedding: Embedding) -> str:
    subject = store.subjects.create(label, None, actor=ACTOR)
    store.consents.record(subject.id, PURPOSE, evidence="benchmark", expires_at=None, actor=ACTOR)
    store.templates.add(subject.id, GALLERY, [(embedding, 1.0)], actor=ACTOR)
    return subject.id


def _drawn(chance: np.random.Generator, like: Embedding) -> Embedding:
    vector = chance.standard_normal(like.vector.size).astype(np.float32)
    return Embedding(vector / np.linalg.norm(vector), like.model_id)
