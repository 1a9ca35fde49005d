"""`citygate doctor`: what is missing on this machine, and the line that mends it."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import onnxruntime as ort
import typer

from api.cli.console import console
from models.catalogue import Catalogue
from models.open import open_model
from pipelines.records.facts import read_facts
from pipelines.records.master_key import load_master_key
from pipelines.settings import Settings
from vision.errors import CitygateError, ConfigurationError, WrongMasterKey

MIN_FREE_BYTES = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `advice` is empty when it is well."""

    subject: str
    state: str
    advice: str = ""


def doctor() -> None:
    """Say what is missing on this machine; exit 1 when something is."""
    findings = list(_examine())
    for finding in findings:
        mark = "[red]x [/]" if finding.advice else "[green]ok[/]"
        console.print(f"{mark} {finding.subject}: {finding.state}", soft_wrap=True)
        if finding.advice:
            console.print(f"   {finding.advice}", soft_wrap=True)
    if any(finding.advice for finding in findings):
        raise typer.Exit(1)


def _examine() -> Iterator[Finding]:
    yield Finding("python", sys.version.split()[0])
    try:
        settings = Settings.read()
    except ConfigurationError as error:
        yield Finding("settings", str(error), "correct the CITYGATE_ variables named above")
        return
    for examine in (_home, _disk, _provider, _port, _master_key):
        yield examine(settings)
    yield from _models(settings)


def _home(settings: Settings) -> Finding:
    existing = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    writable = os.access(existing, os.W_OK)
    advice = "" if writable else "set CITYGATE_HOME to a folder that this account may write"
    return Finding("home", f"{settings.home}{'' if writable else ' cannot be written'}", advice)


def _disk(settings: Settings) -> Finding:
    existing = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    advice = "" if free >= MIN_FREE_BYTES else f"free at least {MIN_FREE_BYTES >> 30} GiB beside {settings.home}"
    return Finding("disk", f"{free / 2**30:.1f} GiB free", advice)


def _provider(settings: Settings) -> Finding:
    names = [name.removesuffix("ExecutionProvider").lower() for name in ort.get_available_providers()]
    advice = "" if settings.provider in names else f"install the onnxruntime package for {settings.provider}"
    return Finding("execution provider", f"{settings.provider}; onnxruntime {ort.__version__} has {names}", advice)


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            advice = "stop what listens there, or set CITYGATE_HOST or CITYGATE_PORT"
            return Finding("address", f"{settings.host}:{settings.port}: {error.strerror}", advice)
    return Finding("address", f"{settings.host}:{settings.port} is free")


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
    optional = (settings.liveness_model, settings.plate_detector, settings.plate_reader)
    for model_id in [*wanted, *filter(None, optional)]:
        try:
            open_model(catalogue, model_id)
        except CitygateError as error:
            yield Finding(f"model {model_id}", str(error), "see `citygate models list` and `citygate models check`")
        else:
            yield Finding(f"model {model_id}", "verified and opened")
