"""The Dockerfile: by hadolint where it is installed, and what it cannot know."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.deployment import DOCKERFILE, FOLDER

ROOT = FOLDER.parent
TEXT = re.sub(r"\\\n\s*", " ", DOCKERFILE.read_text("utf-8"))
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent))


@pytest.mark.skipif(HADOLINT is None, reason="hadolint comes for Linux on x86_64 only")
def test_hadolint_has_nothing_to_say() -> None:
    assert HADOLINT is not None
    checked = subprocess.run([HADOLINT, str(DOCKERFILE)], capture_output=True, text=True, check=False)  # noqa: S603
    assert (checked.returncode, checked.stdout) == (0, "")


def test_both_stages_begin_with_the_same_exact_python() -> None:
    images = re.findall(r"^FROM (\S+)", TEXT, re.MULTILINE)
    assert len(images) == 2
    assert len(set(images)) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", images[0])


def test_only_locked_packages_with_hashes_are_installed() -> None:
    installs = re.findall(r"pip install (.*)", TEXT)
    assert installs == ["--use-pep517 --require-hashes -r requirements.lock", "--no-deps ."]
    assert "requirements-dev" not in TEXT


def test_every_package_of_the_project_is_copied_and_not_hidden_from_the_build() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = {name.partition(".")[0] for name in project["tool"]["setuptools"]["packages"]}
    copied = set(re.findall(r"^COPY (\w+) \./\w+$", TEXT, re.MULTILINE))
    assert wanted == copied
    let_through = {line[1:] for line in (FOLDER / "Dockerfile.dockerignore").read_text("utf-8").splitlines()}
    assert wanted | {"pyproject.toml", "README.md", "citygate.py", "requirements.lock"} <= let_through


def test_it_runs_as_nobody_special() -> None:
    last_stage = TEXT[TEXT.rindex("FROM ") :]
    assert re.findall(r"^USER (\S+)", last_stage, re.MULTILINE) == ["10001:10001"]


def test_its_health_is_asked_for_at_a_path_of_the_api(api_paths: dict[str, Any]) -> None:
    asked = re.findall(r"http://127\.0\.0\.1:8080(/\w+)", TEXT)
    assert len(asked) == 1
    assert set(asked) <= set(api_paths)


def test_the_system_libraries_are_those_of_the_bootstrap() -> None:
    wanted = re.findall(r"lib[\w.-]+:(\w[\w.-]+)", (ROOT / "bootstrap.sh").read_text("utf-8"))
    installed = re.findall(r"--no-install-recommends ([\w. -]+?) &&", TEXT)
    assert [sorted(one.split()) for one in installed] == [sorted(wanted)]
