"""`citygate enroll FOLDER`: a folder of people into a gallery, with their consent on record."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from api.cli.console import console, failures_in_one_line
from models.catalogue import Catalogue
from models.faces.open import open_face_lane
from pipelines.records.store import Store
from pipelines.services.enrolment import EnrolmentService
from pipelines.settings import Settings
from vision.errors import BadInput, CitygateError, NotFound
from vision.picture import decode_picture

ACTOR = "cli"
_PICTURES = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the folder: a subfolder with 1 to 5 pictures, or a single picture."""

    name: str
    pictures: tuple[Path, ...]


@failures_in_one_line
def enroll(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="a subfolder or a picture each person")],
    *,
    gallery: Annotated[str, typer.Option(help="made when it is not there yet")],
    purpose: Annotated[str, typer.Option(help="what the people agreed to")],
    consent: Annotated[str, typer.Option(help="where their agreement can be seen, as a form's number")],
) -> None:
    """Enrol everybody in a folder; who cannot be enrolled is named with the cause, and the exit code is 1 then."""
    people = list(_people(folder))
    if not people:
        raise BadInput(f"{folder}: wanted subfolders or pictures ({', '.join(_PICTURES)}), got none")
    settings = Settings.read()
    with closing(Store.open(settings)) as store:
        _gallery(store, gallery, purpose)
        refused = _enrol_all(settings, store, people, gallery, purpose, consent)
    console.print(f"enrolled {len(people) - len(refused)} of {len(people)} in {gallery}")
    for name, error in refused.items():
        console.print(f"[red]x[/] {name}: {error}", soft_wrap=True)
    if refused:
        raise typer.Exit(1)


def _people(folder: Path) -> Iterator[Person]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            yield Person(
                entry.name, tuple(sorted(path for path in entry.iterdir() if path.suffix.lower() in _PICTURES))
            )
        elif entry.suffix.lower() in _PICTURES:
            yield Person(entry.stem, (entry,))


def _gallery(store: Store, gallery_id: str, purpose: str) -> None:
    """The gallery, made when it is not there; one of another purpose is refused."""
    try:
        found = store.galleries.get(gallery_id)
    except NotFound:
        store.galleries.create(gallery_id, purpose=purpose, title=gallery_id, actor=ACTOR)
        return
    if found.purpose != purpose:
        raise BadInput(f"gallery {gallery_id}: wanted purpose {found.purpose}, got {purpose}")


def _enrol_all(
    settings: Settings, store: Store, people: list[Person], gallery: str, purpose: str, consent: str
) -> dict[str, CitygateError]:
    """Those who were refused, by name, with the cause; the others are enrolled."""
    catalogue = Catalogue(settings.home, settings.provider, settings.threads)
    lane = open_face_lane(
        catalogue,
        detector_id=settings.face_detector,
        embedder_ids=[settings.face_embedder],
        min_face_px=settings.min_face_px,
    )
    service = EnrolmentService(store, lane, catalogue)
    refused: dict[str, CitygateError] = {}
    for person in track(people, "enrolling", console=console):
        try:
            images = [decode_picture(path.read_bytes(), settings.upload_max_pixels) for path in person.pictures]
            subject = _subject(store, person.name)
            if not store.consents.holds(subject, purpose):
                store.consents.record(subject, purpose, evidence=consent, expires_at=None, actor=ACTOR)
            service.enrol(subject, gallery, images, ACTOR)
        except CitygateError as error:
            refused[person.name] = error
    return refused


def _subject(store: Store, name: str) -> str:
    """The id of the subject that this folder's entry stood for before, or of a new one."""
    try:
        return store.subjects.find(name).id
    except NotFound:
        return store.subjects.create(name, name, actor=ACTOR).id
