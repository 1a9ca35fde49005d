"""Processes of the fault tests: one that makes records, one that reads them into the database; both until killed."""

import os
import time
from pathlib import Path

from pipelines.bus.consumer import Consumer
from pipelines.bus.forwarder import Forwarder
from pipelines.bus.outbox import Outbox
from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_streams import RedisBus
from pipelines.bus.sink import StoreSink
from pipelines.bus.spool import open_spool
from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.pipelines.bus.letters import letters

CLAIM_IDLE_S = 0.3
AT_ONCE = 10


def consume(home: Path, redis_url: str) -> None:
    """Read into the store in this folder."""
    store = Store.open(Settings(home=home))
    sink = StoreSink(store, lambda _report, _camera_id: None)
    Consumer(RedisBus(RedisAddress.parse(redis_url), claim_idle_s=CLAIM_IDLE_S), sink, 5, CLAIM_IDLE_S, 50).start()
    _go_on()


def produce(folder: Path, redis_url: str, acknowledged: Path, first: int, last: int) -> None:
    """Post the events `first` up to, and without, `last`, and note the number of each that was acknowledged."""
    spool = open_spool(folder, 1_000_000)
    forwarder = Forwarder(spool, RedisBus(RedisAddress.parse(redis_url)), look_after_s=0.5)
    forwarder.start()
    outbox = Outbox(spool, forwarder.wake)
    noted = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in range(first, last, AT_ONCE):
        outbox.post(letters(AT_ONCE, number))
        os.write(noted, f"{number}\n".encode())
        time.sleep(0.002)
    _go_on()


def numbers_in(acknowledged: Path) -> list[int]:
    """Of all events that were acknowledged."""
    if not acknowledged.exists():
        return []
    whole = acknowledged.read_text().splitlines()
    return [number for line in whole for number in range(int(line), int(line) + AT_ONCE)]


def _go_on() -> None:
    while True:
        time.sleep(60)
