"""What a process that runs by itself writes to its log."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
POSTS = """
import logging
import httpx
from api.cli.logs import write_log
from pipelines.services.barrier import OpenCommand
from pipelines.services.barrier_http import HttpOutlet
from tests.fakes import NOW
write_log()
logging.getLogger("pipelines.x").info("our own words")
transport = httpx.MockTransport(lambda request: httpx.Response(500, json={}))
outlet = HttpOutlet("https://hidden-word@controller.example/hidden-word?key=hidden-word", "hidden-word", transport)
print(outlet.open(OpenCommand("dec_1", "north", NOW), 5.0))
"""


def test_the_address_of_a_barrier_is_in_no_log_and_our_own_words_are() -> None:
    # In a process of its own: how it logs is for the whole of a process.
    command = [sys.executable, "-c", POSTS]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert ended.stdout.strip() == "refused"
    assert "INFO pipelines.x: our own words" in ended.stderr
    assert "hidden-word" not in ended.stderr
