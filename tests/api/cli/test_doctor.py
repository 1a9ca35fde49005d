"""What the doctor finds: each part, well and not."""

import errno
import os
import socket
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from api.cli import doctor_host
from api.cli.doctor_database import examine_database, examine_skew
from api.cli.doctor_host import examine_clock, examine_descriptors, examine_host, filesystem_of
from api.cli.doctor_redis import examine_bus, examine_info
from api.cli.doctor_settings import examine_names
from api.cli.doctor_workers import examine_member, examine_workers
from api.cli.findings import Finding
from pipelines.ingest.status import CameraStatus
from pipelines.records.store import Store
from pipelines.settings import SECRETS_DIR, Settings
from pipelines.shards.membership import open_membership
from pipelines.shards.reports import Child
from tests.pipelines.shards.fleet import report
from tests.servers.redis_kinds import redis_cluster, redis_over_tls, redis_under_sentinel

SOUND_REDIS = {
    "redis_version": "7.2.11",
    "role": "master",
    "maxmemory_policy": "noeviction",
    "used_memory": 10 << 20,
    "maxmemory": 768 << 20,
    "aof_enabled": 1,
    "aof_last_write_status": "ok",
}


def wrong(findings: list[Finding]) -> list[str]:
    return [finding.subject for finding in findings if finding.advice]


def test_a_sound_redis_has_nothing_wrong() -> None:
    findings = list(examine_info(SOUND_REDIS))
    assert len(findings) == 4
    assert not wrong(findings)
    assert findings[2].state == "10 of 768 MiB used"


@pytest.mark.parametrize(
    ("changed", "subject"),
    [
        ({"redis_version": "6.2.14"}, "redis"),
        ({"role": "slave"}, "redis role"),
        ({"maxmemory_policy": "allkeys-lru"}, "redis eviction"),
        ({"maxmemory": 0}, "redis memory"),
        ({"used_memory": 700 << 20}, "redis memory"),  # 700 of 768 is 0.91, more than 0.8
        ({"aof_enabled": 0}, "redis persistence"),
        ({"aof_last_write_status": "err"}, "redis persistence"),
    ],
)
def test_what_is_wrong_with_redis_is_named(changed: dict[str, object], subject: str) -> None:
    assert wrong(list(examine_info(SOUND_REDIS | changed))) == [subject]


def test_a_bus_that_is_away_or_no_bus_is_told_without_its_password() -> None:
    for url in (
        "redis://:hidden-word@127.0.0.1:1/0",
        "gopher://:hidden-word@host",
        "redis+cluster://:hidden-word@127.0.0.1:1",
    ):
        (finding,) = examine_bus(url)
        assert finding.advice
        assert "hidden-word" not in f"{finding.state}{finding.advice}"


@pytest.mark.redis
@pytest.mark.parametrize("of_kind", [redis_cluster, redis_over_tls, redis_under_sentinel])
def test_a_cluster_tls_and_what_sentinels_watch_are_examined(
    of_kind: Callable[[Path], AbstractContextManager[str]],
) -> None:
    with TemporaryDirectory(prefix="cg-") as folder, of_kind(Path(folder)) as url:
        findings = list(examine_bus(url))
    # As the tests start it: without a limit of memory, and without a file.
    assert wrong(findings) == ["redis memory", "redis persistence"]
    assert [one.subject for one in findings] == [
        "redis",
        "redis eviction",
        "redis memory",
        "redis persistence",
        "redis clock",
    ]


def test_a_database_that_is_away_or_unknown_is_told_without_its_password() -> None:
    for url in ("postgresql+psycopg://u:hidden-word@127.0.0.1:1/x", "nonsense", "nobase://u:hidden-word@host/x"):
        (finding,) = examine_database(url)
        assert (finding.subject, bool(finding.advice)) == ("database", True)
        assert "hidden-word" not in f"{finding.state}{finding.advice}"


def test_a_store_is_known_by_its_schema_and_stays_as_it_is(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    (new,) = examine_database(settings.sqlalchemy_url)
    assert (new.advice, "at the first start" in new.state) == ("", True)
    assert list(tmp_path.iterdir()) == []
    Store.open(settings).close()
    before = sorted(tmp_path.iterdir())
    (made,) = examine_database(settings.sqlalchemy_url)
    assert (made.subject, made.advice) == ("schema", "")
    assert sorted(tmp_path.iterdir()) == before
    with closing(sqlite3.connect(tmp_path / "citygate.db")) as connection:
        connection.execute("UPDATE store_facts SET value = ? WHERE name = 'schema_version'", (b"99",))
        connection.commit()
    (later,) = examine_database(settings.sqlalchemy_url)
    assert ("got 99" in later.state, bool(later.advice)) == (True, True)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "citygate.db").write_text("no database, but long enough to look like one" * 40, "utf-8")
    (finding,) = examine_database(Settings(home=tmp_path).sqlalchemy_url)
    assert ("is no SQLite database" in finding.state, bool(finding.advice)) == (True, True)


def test_clocks_may_be_two_seconds_apart() -> None:
    assert examine_skew("redis", 1_000.0, 1_001.9).advice == ""
    assert examine_skew("redis", 1_002.1, 1_000.0).advice != ""


def test_a_clock_that_was_never_set_is_told() -> None:
    assert examine_clock(lambda: datetime(1970, 1, 1, tzinfo=UTC)).advice != ""
    assert examine_clock(lambda: datetime(2026, 11, 21, tzinfo=UTC)).advice == ""


def test_many_cameras_want_many_open_files() -> None:
    assert "raise it to 4096" in examine_descriptors(1_024, 4_096).advice
    assert examine_descriptors(4_096, 4_096).advice == ""
    assert examine_descriptors(-1, 4_096) == Finding("open files", "no limit")


def test_the_nearest_mount_says_what_a_folder_lies_on() -> None:
    mounts = "a / ext4 rw 0 0\nb /var nfs4 rw 0 0\nc /var/lib/citygate/spool xfs rw 0 0\nd /my\\040disk cifs rw 0 0\n"
    assert filesystem_of(Path("/home/x"), mounts) == "ext4"
    assert filesystem_of(Path("/var/lib/citygate"), mounts) == "nfs4"
    assert filesystem_of(Path("/var/lib/citygate/spool"), mounts) == "xfs"
    assert filesystem_of(Path("/variable"), mounts) == "ext4"
    assert filesystem_of(Path("/my disk/spool"), mounts) == "cifs"
    assert filesystem_of(Path("/home"), "") == ""


def test_a_spool_on_a_share_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_host, "filesystem_of", lambda folder, mounts: "nfs4")
    findings = list(examine_host(Settings(home=tmp_path, port=0)))
    assert wrong(findings) == ["spool"]


def test_a_spool_without_room_is_told(tmp_path: Path) -> None:
    findings = list(examine_host(Settings(home=tmp_path, port=0, spool_letters=10**12)))
    assert wrong(findings) == ["spool"]
    assert "CITYGATE_SPOOL_LETTERS" in next(one.advice for one in findings if one.subject == "spool")


def test_names_that_nobody_reads_are_told_without_their_values(tmp_path: Path) -> None:
    (tmp_path / "citygate_bus_urls").write_text("hidden-word")
    (tmp_path / "citygate_bus_url").write_text("hidden-word")
    (tmp_path / "redis_password").write_text("hidden-word")
    given = {"CITYGATE_HOME": "x", "CITYGATE_WEBHOOK_NETS": "hidden-word", "CITYGATE_X": "", SECRETS_DIR: str(tmp_path)}
    findings = list(examine_names({"PATH": "/bin", **given}))
    assert [(one.subject, one.advice) for one in findings] == [
        ("setting CITYGATE_WEBHOOK_NETS", "did you mean CITYGATE_WEBHOOK_NETWORKS?"),
        ("setting CITYGATE_X", "take it away; pipelines/settings.py has the names"),
        ("secret citygate_bus_urls", "did you mean CITYGATE_BUS_URL?"),
        ("secrets", ""),
    ]
    assert "hidden-word" not in str(findings)


def test_lanes_that_no_worker_runs_are_told_and_nothing_is_made(tmp_path: Path) -> None:
    assert list(examine_workers(Settings(home=tmp_path))) == []
    settings = Settings(home=tmp_path, worker_lanes=("plate", "street"))
    (nobody,) = examine_workers(settings)
    assert "cameras of plate, street run nowhere" in nobody.advice
    assert list(tmp_path.iterdir()) == []
    with closing(open_membership(settings)) as membership:
        membership.beat(report("a", cameras=(CameraStatus("quay"),)))
        assert list(examine_workers(settings)) == [Finding("workers", "1 alive, 1 cameras")]


def test_a_membership_out_of_reach_is_told_without_its_address(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, worker_lanes=("plate",), bus_url="redis://:hidden-word@127.0.0.1:1/0")
    (finding,) = examine_workers(settings)
    assert (finding.subject, finding.state) == ("workers", "cannot be asked: BusAway")
    assert finding.advice


def test_what_workers_say_is_wrong_is_told_with_what_to_do() -> None:
    assert list(examine_member(report("a"))) == []
    ill = report("b", faults=("lease_lost", "refused:quay"), stalled={"kerb": "reading"}, host="box-2")
    told = list(examine_member(ill))
    assert [one.state for one in told] == ["lease_lost", "refused:quay", "camera kerb hangs in reading"]
    assert all(one.advice for one in told)
    children = {"b-1": Child(state="given_up", starts=10, reason="exit 1"), "b-2": Child(state="running", starts=1)}
    (given_up,) = examine_member(report("s", kind="supervisor", children=children))
    assert (given_up.subject, given_up.state) == ("supervisor s", "b-1: given_up, exit 1")


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert wrong(list(examine_host(Settings(home=tmp_path, port=0)))) == ["home"]


def test_an_address_that_another_program_holds_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0)
        port = other.getsockname()[1]
        findings = list(examine_host(Settings(home=tmp_path, port=port)))
    assert wrong(findings) == ["address"]
    assert os.strerror(errno.EADDRINUSE) in next(one.state for one in findings if one.subject == "address")
