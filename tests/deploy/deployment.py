"""The files of deploy/, parsed once, and every mention of a setting or a command in them."""

import re
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "deploy"
COMPOSE = FOLDER / "compose.yaml"
DOCKERFILE = FOLDER / "Dockerfile"
KUBERNETES = sorted(path for path in (FOLDER / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml")
UNITS = sorted((FOLDER / "systemd").glob("*.service"))
TEXTS = sorted(path for path in FOLDER.rglob("*") if path.is_file() and "secrets" not in path.parts)

Manifest = dict[str, Any]


def compose() -> Manifest:
    loaded: Manifest = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return loaded


def manifests() -> list[Manifest]:
    return [one for path in KUBERNETES for one in yaml.safe_load_all(path.read_text("utf-8"))]


def pods() -> dict[str, Manifest]:
    """Name of the workload -> the specification of its pods."""
    kinds = ("Deployment", "StatefulSet")
    return {one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in manifests() if one["kind"] in kinds}


def unit(path: Path) -> dict[str, list[str]]:
    """Key -> its values in order, of all sections."""
    pairs = re.findall(r"^(\w+)=(.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {key: [value for other, value in pairs if other == key] for key, _ in pairs}


def commands() -> dict[str, list[str]]:
    """Where a container or a unit is started -> the words behind `citygate`."""
    found = {f"compose {name}": one["command"] for name, one in compose()["services"].items() if "build" in one}
    found |= {f"kubernetes {name}": pod["containers"][0]["args"] for name, pod in pods().items()}
    for path in UNITS:
        program, *words = unit(path)["ExecStart"][0].split()
        assert program == "/opt/citygate/bin/citygate"
        found[path.name] = words
    return found
