"""The compose file: by the specification's own schema, and what that cannot know."""

import json
import re
import subprocess
import sys

import pytest

from tests.deploy.deployment import COMPOSE, FOLDER, compose

SERVICES = compose()["services"]


def test_it_follows_the_schema_of_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "-o", "json"]
    checked = subprocess.run([*command, str(COMPOSE)], capture_output=True, text=True, check=False)  # noqa: S603
    assert json.loads(checked.stdout)["status"] == "ok", checked.stdout


def test_it_has_every_role() -> None:
    assert set(SERVICES) == {"api", "workers", "redis", "postgres"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_limited_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["restart"] == "unless-stopped"
    assert service["security_opt"] == ["no-new-privileges:true"]
    watched = service["healthcheck"]
    # A supervisor has no address: it watches its workers itself.
    assert watched == {"disable": True} if name == "workers" else watched["test"]


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_of_one_exact_release(name: str) -> None:
    assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?(-bookworm)?", SERVICES[name]["image"])


@pytest.mark.parametrize("name", ["api", "workers", "redis"])
def test_a_service_of_ours_may_change_nothing_but_its_volumes(name: str) -> None:
    assert (SERVICES[name]["read_only"], SERVICES[name]["cap_drop"]) == (True, ["ALL"])


def test_records_are_reached_from_within_only_and_the_api_from_this_machine() -> None:
    assert compose()["networks"]["records"]["internal"] is True
    assert [SERVICES[name]["networks"] for name in ("redis", "postgres")] == [["records"], ["records"]]
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["api"]
    assert SERVICES["api"]["ports"] == ["127.0.0.1:8080:8080"]


def test_a_secret_lies_in_a_file_outside_the_repository() -> None:
    secrets = compose()["secrets"]
    assert {f"./secrets/{name}" for name in secrets} == {secret["file"] for secret in secrets.values()}
    used = {name for service in SERVICES.values() for name in service["secrets"]}
    assert used == set(secrets)
    assert "deploy/secrets/" in (FOLDER.parent / ".gitignore").read_text("utf-8").splitlines()
    plain = [value for service in SERVICES.values() for value in service.get("environment", {}).values()]
    assert not [value for value in plain if "://" in str(value)]
    assert "PASSWORD:" not in COMPOSE.read_text("utf-8")
