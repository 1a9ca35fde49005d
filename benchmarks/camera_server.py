"""`python -m benchmarks.camera_server FILM`: a film as many cameras, each frame sent when it is due.

A process of its own, so that sending costs the measured one nothing. It prints its port and the moment of frame 0 in
seconds of the machine's monotonic clock. /I/N is the I-th of N cameras: its frames come I/N of a frame later, for no
street's cameras look in step. Frames are sent as they were encoded, over and over.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import av

# Each frame leaves at once, and nobody goes back to write how long the film was.
_LIVE = {"flvflags": "no_duration_filesize", "flush_packets": "1"}


@dataclass(frozen=True, slots=True)
class SentFilm:
    """A film, ready to be sent.

    Attributes:
        path: of the file, for what describes the stream.
        packets: encoded frames in order, and whether each is a whole picture.
        fps: frames a second.
    """

    path: Path
    packets: tuple[tuple[bytes, bool], ...]
    fps: int

    def frames(self, began_s: float) -> Iterator[tuple[int, bytes, bool]]:
        """Numbers, bytes and whether it is a key frame, each when it is due; from the next key frame on."""
        now = max(0, int((time.monotonic() - began_s) * self.fps))
        first = next(number for number in count(now) if self.packets[number % len(self.packets)][1])
        for number in count(first):
            time.sleep(max(0.0, began_s + number / self.fps - time.monotonic()))
            content, key = self.packets[number % len(self.packets)]
            yield number - first, content, key


def read_film(path: Path) -> SentFilm:
    """The film of a file, by its encoded frames."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [(bytes(packet), packet.is_keyframe) for packet in container.demux(stream) if packet.size]
        return SentFilm(path, tuple(packets), round(float(stream.average_rate or stream.base_rate or 1)))


def send(film: SentFilm, began_s: float, out: Any) -> None:
    """Send the film until nobody listens any more."""
    with (
        av.open(str(film.path)) as origin,
        av.open(out, "w", format="flv", options=_LIVE) as container,
    ):
        stream = container.add_stream_from_template(origin.streams.video[0])
        for number, content, key in film.frames(began_s):
            packet = av.Packet(content)
            packet.stream, packet.time_base = stream, Fraction(1, film.fps)
            packet.pts = packet.dts = number
            packet.is_keyframe = key
            container.mux(packet)
            out.flush()


class _Listener:
    """The socket as a file that cannot go back."""

    def __init__(self, stream: Any) -> None:
        self.write = stream.write
        self.flush = stream.flush


def serve(film: SentFilm) -> None:
    """Serve for ever."""
    began_s = time.monotonic()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place, cameras = (int(one) for one in self.path.strip("/").split("/"))
            self.send_response(200)
            self.send_header("Content-Type", "video/x-flv")
            self.end_headers()
            with suppress(OSError, av.FFmpegError):
                send(film, began_s + place / cameras / film.fps, _Listener(self.wfile))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_port} {began_s}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve(read_film(Path(sys.argv[1])))
