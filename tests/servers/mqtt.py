"""A real MQTT broker in a process of its own, to be stopped and started again on the same port."""

import socket
import subprocess
import sys
import time
from pathlib import Path

CONFIG = """
listeners:
  default:
    type: tcp
    bind: 127.0.0.1:{port}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin:
    allow_anonymous: true
"""


class MqttBroker:
    """An amqtt broker on a free port; starting and stopping wait until it is so."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._config = folder / "broker.yaml"
        self._config.write_text(CONFIG.format(port=self.port), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(Path(sys.executable).parent / "amqtt"), "-c", str(self._config)]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdout=quiet, stderr=quiet)  # noqa: S603 - our own environment's
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline, "the broker did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True
