"""`citygate worker` and `citygate supervise`: cameras in processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import console, failures_in_one_line
from api.cli.logs import write_log
from pipelines.settings import Settings, utc_now
from pipelines.shards.heartbeat import Heartbeat
from pipelines.shards.membership import BEAT_S, open_membership
from pipelines.shards.reports import MemberReport, MemberState
from pipelines.shards.supervision import Supervision
from pipelines.shards.worker import Worker, identity
from vision.errors import BusAway, ConfigurationError

_ROOT = Path(__file__).parents[2]


@failures_in_one_line
def worker(
    *,
    name: Annotated[str | None, typer.Option(help="unlike any other worker's; default: the host's")] = None,
    with_parent: Annotated[bool, typer.Option(hidden=True, help="end when the standard input does")] = False,
) -> None:
    """Run a share of the cameras of CITYGATE_WORKER_LANES; stops in order on SIGTERM or Ctrl-C."""
    write_log()
    name = name or socket.gethostname()
    ending = _told_to_end()
    if with_parent:
        threading.Thread(target=_follow_parent, args=(ending,), name="parent", daemon=True).start()
    running = Worker.open(Settings.read(), name)
    console.print(f"worker {name} runs", soft_wrap=True)
    running.run(ending)


@failures_in_one_line
def supervise(
    *,
    workers: Annotated[int, typer.Option(help="processes", min=1, max=64)] = 2,
    prefix: Annotated[str | None, typer.Option(help="of the workers' names; default: the host's name")] = None,
) -> None:
    """Start worker processes, watch them, and start them again when they end or hang; stops them in order."""
    write_log()
    settings = Settings.read()
    if not settings.worker_lanes:
        raise ConfigurationError("CITYGATE_WORKER_LANES: wanted lanes whose cameras workers run, got none")
    host = prefix or socket.gethostname()
    names = [f"{host}-{number + 1}" for number in range(workers)]
    myself = identity(f"{host}-supervisor", "supervisor", utc_now)
    ending = _told_to_end()
    with closing(open_membership(settings)) as membership:
        supervision = Supervision(names, _start_worker, membership.reports, utc_now)
        console.print(f"supervisor {myself.name} runs", soft_wrap=True)
        heartbeat = Heartbeat(membership)
        while not ending.is_set():
            supervision.look()
            heartbeat.send(_report(myself, supervision, "running"))
            ending.wait(BEAT_S)
        supervision.stop()
        while not supervision.stopped():
            heartbeat.send(_report(myself, supervision, "stopping"))
            time.sleep(BEAT_S / 4)
        with suppress(BusAway, OSError):  # then its silence says the same in a moment
            membership.leave(myself.name)


def _told_to_end() -> threading.Event:
    """Set by SIGTERM and by Ctrl-C."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    return ending


def _follow_parent(ending: threading.Event) -> None:
    """A supervisor that was killed closes the pipe: nobody would watch this worker any more."""
    # Not through `sys.stdin`, whose lock would be held when the interpreter ends.
    while os.read(0, 1024):
        pass
    ending.set()


def _start_worker(name: str) -> subprocess.Popen[bytes]:
    # Found from wherever the supervisor was started, and there: settings may name folders relative to it.
    command = [sys.executable, "-P", "-m", "citygate", "worker", "--name", name, "--with-parent"]
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)  # noqa: S603 - our own command


def _report(myself: MemberReport, supervision: Supervision, state: MemberState) -> MemberReport:
    return myself.model_copy(update={"state": state, "children": supervision.children})
