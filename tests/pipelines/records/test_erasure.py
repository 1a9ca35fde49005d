import contextlib
import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.records.retention import Sweeper
from pipelines.records.store import Store
from pipelines.records.values import Answer, Claim, Subject
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.records.people import GALLERY, PURPOSE, agreed, decision, embedding, enrolled, gallery, gone, told
from vision.errors import NoConsent, NotFound

LABEL = "Ann Miller of Erasure Street"
REFERENCE = "passport-X4711"
PICTURE = b"\xff\xd8 the picture of Ann Miller \xff\xd9" * 20
ANSWER = Answer(201, "application/json", b'{"label": "Ann Miller of Erasure Street"}')

# Every column in which something of a subject lies, sealed, wrapped or hashed.
TRACES = """
SELECT label FROM subjects WHERE id = :id UNION ALL SELECT external_ref FROM subjects WHERE id = :id
UNION ALL SELECT CAST(external_ref_hash AS BLOB) FROM subjects WHERE id = :id
UNION ALL SELECT wrapped FROM data_keys WHERE subject_id = :id
UNION ALL SELECT evidence FROM consents WHERE subject_id = :id
UNION ALL SELECT vector FROM templates WHERE subject_id = :id
UNION ALL SELECT body FROM idempotency WHERE subject_id = :id
"""


def _known_everywhere(store: Store, clock: FakeClock) -> Subject:
    """A subject that has left something in every place there is."""
    gallery(store, keep_photographs=True)
    subject = agreed(store, LABEL, REFERENCE)
    store.templates.add(subject.id, GALLERY, [(embedding(1), 0.5), (embedding(2), 0.5)], actor="test")
    store.photographs.add(subject.id, GALLERY, PICTURE, actor="test")
    claim = store.idempotency.begin("key_1", "abc", "POST")
    assert isinstance(claim, Claim)
    store.idempotency.finish(claim, ANSWER, subject.id)
    made = decision(clock(), subject.id)
    store.decisions.record(made, told(made))
    return subject


def _traces(store: Store, subject_id: str) -> list[bytes]:
    with store.backing.database.reading() as session:
        rows = session.connection().exec_driver_sql(TRACES.replace(":id", f"'{subject_id}'"))
        return [bytes(value) for value in rows.scalars()]


def _everything(home: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in sorted(home.rglob("*")) if file.is_file())


def _left(home: Path, needles: list[bytes]) -> list[bytes]:
    """The needles of which any of some 10 pieces, 12 bytes on end, still lies in a file."""
    hay = _everything(home)
    parts = {
        needle: [needle[at : at + 12] for at in range(0, len(needle) - 11, len(needle) // 10)] for needle in needles
    }
    return [needle for needle, pieces in parts.items() if any(piece in hay for piece in pieces)]


def test_nothing_of_an_erased_subject_is_left_in_any_file(store: Store, settings: Settings, clock: FakeClock) -> None:
    subject = _known_everywhere(store, clock)
    sealed = _traces(store, subject.id)
    [photograph] = (settings.home / "evidence").iterdir()
    # label, reference, its hash, wrapped key, consent's evidence, two templates, kept answer; and the photograph
    sealed.append(photograph.read_bytes()[13:])
    assert len(sealed) == 9
    assert len(_left(settings.home, sealed)) == 9
    vectors = [embedding(seed).vector.tobytes() for seed in (1, 2)]
    plain = [LABEL.encode(), REFERENCE.encode(), PICTURE, ANSWER.body, f"form of {LABEL}".encode(), *vectors]
    assert _left(settings.home, plain) == []

    erasure = store.subjects.erase(subject.id, actor="test")

    assert erasure.traces_cleared
    assert (erasure.templates, erasure.photographs, erasure.consents, erasure.answers) == (2, 1, 1, 1)
    assert _left(settings.home, sealed + plain) == []
    store.close()
    assert _left(settings.home, sealed + plain) == []


def test_nobody_else_is_touched(store: Store, clock: FakeClock) -> None:
    erased = _known_everywhere(store, clock)
    other = enrolled(store, seed=7, label="Bob")
    store.subjects.erase(erased.id, actor="test")
    assert store.subjects.list().items == (other,)
    assert [entry.subject_id for entry in store.templates.list().items] == [other.id]
    assert store.consents.holds(other.id, PURPOSE)


def test_decisions_and_events_stay_without_the_subject(store: Store, clock: FakeClock) -> None:
    subject = _known_everywhere(store, clock)
    store.subjects.erase(subject.id, actor="test")
    assert [made.subject_id for made in store.decisions.list().items] == [None]
    before, erased = (stored.event for stored in store.events.list())
    assert (before.kind, before.subject_id) == ("face.decision", None)
    assert (erased.kind, erased.subject_id) == ("subject.erased", subject.id)


def test_the_index_is_told_and_the_act_is_audited(store: Store, clock: FakeClock) -> None:
    subject = _known_everywhere(store, clock)
    ids = [entry.id for entry in store.templates.list().items]
    store.subjects.erase(subject.id, actor="key_7")
    assert gone(store) == ids
    note = store.audit.list().items[-1].note
    assert (note.actor, note.action, note.target) == ("key_7", "subject.erased", subject.id)
    assert note.details == {"templates": 2, "photographs": 1, "consents": 1, "answers": 1}
    assert store.audit.verify_chain() is None


def test_an_erased_subject_is_unknown_and_cannot_come_back(store: Store, clock: FakeClock) -> None:
    subject = _known_everywhere(store, clock)
    store.subjects.erase(subject.id, actor="test")
    for act in (
        lambda: store.subjects.get(subject.id),
        lambda: store.subjects.find(REFERENCE),
        lambda: store.subjects.erase(subject.id, actor="test"),
        lambda: store.templates.add(subject.id, GALLERY, [(embedding(1), 0.5)], actor="test"),
        lambda: store.photographs.add(subject.id, GALLERY, PICTURE, actor="test"),
        lambda: store.decisions.record(decision(clock(), subject.id)),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_long_reader_delays_the_clearing_and_the_sweeper_makes_up_for_it(
    store: Store, settings: Settings, clock: FakeClock
) -> None:
    subject = _known_everywhere(store, clock)
    sealed = _traces(store, subject.id)
    with store.backing.database.reading() as session:
        session.connection().exec_driver_sql("SELECT * FROM subjects").all()
        assert not store.subjects.erase(subject.id, actor="test").traces_cleared
        # The reader does not keep others from writing meanwhile.
        agreed(store, "Bob")
    Sweeper(store, settings).sweep_once()
    assert _left(settings.home, sealed) == []


def test_short_readers_do_not_keep_a_subject_from_being_erased(
    store: Store, settings: Settings, clock: FakeClock
) -> None:
    subject = _known_everywhere(store, clock)
    sealed = _traces(store, subject.id)
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            list(store.templates.vectors(GALLERY, "model-a"))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    erasure = store.subjects.erase(subject.id, actor="test")
    done.set()
    for reader in readers:
        reader.join()
    if not erasure.traces_cleared:
        Sweeper(store, settings).sweep_once()
    assert _left(settings.home, sealed) == []


def test_rows_that_moved_between_pages_leave_no_key_behind_and_after_a_sweep_nothing(
    store: Store, settings: Settings
) -> None:
    # Pages split, merge and are used again while people come and go in no order.
    gallery(store)
    chance = random.Random(5)
    present, keys, gone = [], [], []
    for step in range(300):
        label = f"person {step} " + "x" * chance.choice([0, 10, 300, 6000])
        present.append(store.subjects.create(label, f"reference-{step}", actor="test").id)
        while len(present) > 60 and chance.random() < 0.75:
            leaving = present.pop(chance.randrange(len(present)))
            traces = _traces(store, leaving)
            keys.append(traces[3])
            gone += traces
            store.subjects.erase(leaving, actor="test")
    assert len(keys) > 200
    assert _left(settings.home, keys) == []
    Sweeper(store, settings).sweep_once()
    # label, reference, hash and key of each
    assert len(gone) == 4 * len(keys)
    assert _left(settings.home, gone) == []
    assert len(store.subjects.list(limit=500).items) == len(present)


def test_an_enrolment_that_races_an_erasure_leaves_no_template(store: Store) -> None:
    gallery(store)
    for seed in range(10):
        subject = agreed(store)

        def enrol(subject_id: str = subject.id, seed: int = seed) -> None:
            with contextlib.suppress(NotFound, NoConsent):
                store.templates.add(subject_id, GALLERY, [(embedding(seed), 0.5)], actor="test")

        racer = threading.Thread(target=enrol)
        racer.start()
        store.subjects.erase(subject.id, actor="test")
        racer.join()
    assert store.templates.count() == 0
    changes = store.template_changes.since((GALLERY, "model-a"), 0)
    assert changes is not None
    assert [change.template_id for change in changes.items if not change.removed] == gone(store)


def test_an_erasure_that_fails_takes_nothing(store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = _known_everywhere(store, clock)

    def refuse(*_: object) -> None:
        raise OSError("no")

    with monkeypatch.context() as patch:
        patch.setattr(store.backing.vault, "chain_hash", refuse)
        with pytest.raises(OSError, match="no"):
            store.subjects.erase(subject.id, actor="test")
    clock.now += timedelta(seconds=1)
    assert store.subjects.get(subject.id) == subject
    [photograph] = store.photographs.list(subject.id)
    assert store.photographs.read(photograph.id) == PICTURE
