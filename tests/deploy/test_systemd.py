"""The units: by systemd itself where it is installed, and what it cannot know."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.deploy.deployment import FOLDER, UNITS, unit

HARDENING = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "CapabilityBoundingSet": "",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
}


def test_the_api_and_the_workers_have_a_unit_each() -> None:
    assert [path.name for path in UNITS] == ["citygate-api.service", "citygate-workers.service"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    copies = [tmp_path / path.name for path in UNITS]
    for path, copy in zip(UNITS, copies, strict=True):
        # The program is not installed where it is only checked.
        copy.write_text(path.read_text("utf-8").replace("/opt/citygate/bin/citygate", "/bin/true"), "utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *map(str, copies)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    complaints = [line for line in checked.stderr.splitlines() if "citygate-" in line]
    assert not complaints


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_hardened_and_starts_again_by_itself(path: Path) -> None:
    said = unit(path)
    assert {key: said[key][-1] for key in HARDENING} == HARDENING
    assert (said["User"], said["Restart"]) == (["citygate"], ["always"])
    assert int(said["LimitNOFILE"][0]) >= 4_096


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_given_its_secrets_as_credentials(path: Path) -> None:
    said = unit(path)
    # systemd names each file of the folder `citygate_FILE`, and that is what the settings look for.
    assert said["LoadCredential"] == ["citygate:/etc/citygate/secrets"]
    assert "CITYGATE_SECRETS_DIR=%d" in said["Environment"]
    assert "CITYGATE_HOME=%S/citygate" in said["Environment"]


def test_the_plain_settings_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (FOLDER / "systemd" / "citygate.env").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert not {"CITYGATE_MASTER_KEY", "CITYGATE_DATABASE_URL", "CITYGATE_BUS_URL"} & set(given)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Settings.read().host == "127.0.0.1"
