"""`citygate doctor`: what is missing on this machine, and the line that mends it."""

import os
import sys
from collections.abc import Iterator

import onnxruntime as ort
import typer
from rich.markup import escape

from api.cli.console import console
from api.cli.doctor_database import examine_database
from api.cli.doctor_host import examine_host
from api.cli.doctor_redis import examine_bus
from api.cli.doctor_settings import examine_names
from api.cli.doctor_workers import examine_workers
from api.cli.findings import Finding
from models.catalogue import Catalogue
from models.open import open_model
from pipelines.records.facts import read_facts
from pipelines.records.master_key import load_master_key
from pipelines.settings import Settings
from vision.errors import CitygateError, ConfigurationError, WrongMasterKey


def doctor() -> None:
    """Say what is missing on this machine; exit 1 when something is."""
    findings = list(_examine())
    for finding in findings:
        mark = "[red]x [/]" if finding.advice else "[green]ok[/]"
        console.print(f"{mark} {escape(f'{finding.subject}: {finding.state}')}", soft_wrap=True)
        if finding.advice:
            console.print(f"   {escape(finding.advice)}", soft_wrap=True)
    if any(finding.advice for finding in findings):
        raise typer.Exit(1)


def _examine() -> Iterator[Finding]:
    yield Finding("python", sys.version.split()[0])
    yield from examine_names(os.environ)
    try:
        settings = Settings.read()
    except ConfigurationError as error:
        yield Finding("settings", str(error), "correct the CITYGATE_ variables named above")
        return
    yield from examine_host(settings)
    yield _provider(settings)
    yield from _records(settings)
    yield from examine_workers(settings)
    yield from _models(settings)


def _records(settings: Settings) -> Iterator[Finding]:
    """Database, bus and master key; whether the key fits is told by the database, so not while that is away."""
    database = tuple(examine_database(settings.sqlalchemy_url))
    yield from database
    if settings.bus_url is not None:
        yield from examine_bus(settings.bus_url.get_secret_value())
    if not database[0].advice:
        yield _master_key(settings)


def _provider(settings: Settings) -> Finding:
    names = [name.removesuffix("ExecutionProvider").lower() for name in ort.get_available_providers()]
    advice = "" if settings.provider in names else f"install the onnxruntime package for {settings.provider}"
    return Finding("execution provider", f"{settings.provider}; onnxruntime {ort.__version__} has {names}", advice)


def _master_key(settings: Settings) -> Finding:
    try:
        new = not read_facts(settings.sqlalchemy_url)
    except CitygateError as error:
        return Finding("records", str(error), "correct CITYGATE_DATABASE_URL, or start the database")
    try:
        load_master_key(settings, may_create=False)
    except WrongMasterKey as error:
        if new:
            return Finding("master key", "will be made at the first start")
        return Finding("master key", str(error), "bring the key back that this store was made with")
    except CitygateError as error:
        return Finding("master key", str(error), "32 random bytes in base64: openssl rand -base64 32")
    return Finding("master key", "readable")


def _models(settings: Settings) -> Iterator[Finding]:
    try:
        catalogue = Catalogue(settings.home, settings.provider, settings.threads)
    except CitygateError as error:
        yield Finding("manifests", str(error), "correct the file named above")
        return
    wanted = [settings.face_detector, settings.face_embedder, *settings.previous_face_embedders]
    optional = (settings.liveness_model, settings.plate_detector, settings.plate_reader, settings.street_detector)
    for model_id in [*wanted, *filter(None, optional)]:
        try:
            open_model(catalogue, model_id)
        except CitygateError as error:
            yield Finding(f"model {model_id}", str(error), "see `citygate models list` and `citygate models check`")
        else:
            yield Finding(f"model {model_id}", "verified and opened")
