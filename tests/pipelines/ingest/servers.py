"""Cameras on the loopback interface, good ones and bad ones."""

import contextlib
import io
import socket
import threading
from collections.abc import Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np

from tests.pipelines.ingest.films import HEIGHT, WIDTH, jpeg, picture

PASSWORD = "hunter2-secret"
_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track1\r\n"
)


class _Quiet(BaseHTTPRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
        pass


@contextlib.contextmanager
def _serving(handler: type[BaseHTTPRequestHandler], finished: threading.Event) -> Iterator[int]:
    """The port of an HTTP server; `finished` is set before it is shut down, for calls that still wait on it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        finished.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that lets everybody in and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextlib.contextmanager
def mjpeg_server(pictures: int, then: str = "end") -> Iterator[str]:
    """The address, with a password, of an HTTP camera.

    Args:
        pictures: how many it sends at each call, 20 a second.
        then: "end": it hangs up; "silence": it keeps the line open; "refuse": it sends 401 instead of pictures.
    """
    finished = threading.Event()

    class Handler(_Quiet):
        def do_GET(self) -> None:
            self.send_response(401 if then == "refuse" else 200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            with contextlib.suppress(OSError):
                for number in range(0 if then == "refuse" else pictures):
                    body = jpeg(number)
                    self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(body))
                    self.wfile.write(body + b"\r\n")
                    finished.wait(0.05)
                if then == "silence":
                    finished.wait(60)

    with _serving(Handler, finished) as port:
        yield f"http://admin:{PASSWORD}@127.0.0.1:{port}/{PASSWORD}?pwd={PASSWORD}"


@contextlib.contextmanager
def sounding_server(seconds: int) -> Iterator[str]:
    """The address of an HTTP camera that sends a second of pictures, and sound that goes on for so many seconds."""
    film, finished = _sounding_film(seconds), threading.Event()

    class Handler(_Quiet):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "video/mp2t")
            self.end_headers()
            with contextlib.suppress(OSError):
                for part in range(10 * seconds):
                    self.wfile.write(
                        film[part * len(film) // (10 * seconds) : (part + 1) * len(film) // (10 * seconds)]
                    )
                    finished.wait(0.1)

    with _serving(Handler, finished) as port:
        yield f"http://127.0.0.1:{port}/"


def _sounding_film(seconds: int) -> bytes:
    """MPEG-TS: ten pictures in the first second, and a hiss to the end."""
    file, noise = io.BytesIO(), np.random.default_rng(0)
    with av.open(file, "w", format="mpegts") as container:
        pictures, sound = container.add_stream("mpeg4", rate=10), container.add_stream("mp2", rate=44_100)
        pictures.width, pictures.height, pictures.pix_fmt, pictures.bit_rate = WIDTH, HEIGHT, "yuv420p", 200_000
        for number in range(10):
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(picture(number), format="bgr24")))
        container.mux(pictures.encode())
        for _ in range(seconds * 44_100 // 1152):
            hiss = noise.integers(-3000, 3000, (1, 2 * 1152), np.int16)
            frame = av.AudioFrame.from_ndarray(hiss, format="s16", layout="stereo")
            frame.sample_rate = 44_100
            container.mux(sound.encode(frame))
    return file.getvalue()


@contextlib.contextmanager
def redirecting_server(elsewhere: str) -> Iterator[tuple[str, list[str]]]:
    """The address of an HTTP camera that sends everybody elsewhere, and the calls that it had."""
    calls: list[str] = []

    class Handler(_Quiet):
        def do_GET(self) -> None:
            calls.append(self.command)
            self.send_response(302)
            self.send_header("Location", elsewhere)
            self.end_headers()

    with _serving(Handler, threading.Event()) as port:
        yield f"http://127.0.0.1:{port}/", calls


@contextlib.contextmanager
def rtsp_server(pictures: int) -> Iterator[str]:
    """The address, with a password it does not ask for, of an RTSP camera that sends so many pictures at 20 a second,
    with sender reports, and then keeps silent."""
    finished = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve_rtsp, args=(server, pictures, finished))
        thread.start()
        try:
            yield f"rtsp://admin:{PASSWORD}@127.0.0.1:{server.getsockname()[1]}/{PASSWORD}"
        finally:
            finished.set()
            with contextlib.suppress(OSError):
                socket.create_connection(server.getsockname(), 1).close()
            thread.join()


def _serve_rtsp(server: socket.socket, pictures: int, finished: threading.Event) -> None:
    connection, _ = server.accept()
    with connection, contextlib.suppress(OSError):
        connection.settimeout(0.1)
        waiting = b""
        while not finished.is_set():
            with contextlib.suppress(TimeoutError):
                waiting += connection.recv(4096)
            while b"\r\n\r\n" in waiting:
                request, _, waiting = waiting.partition(b"\r\n\r\n")
                _answer(connection, request.decode())
                if request.startswith(b"PLAY"):
                    _send_pictures(connection, pictures, finished)


def _answer(connection: socket.socket, request: str) -> None:
    fields = dict(line.split(": ", 1) for line in request.split("\r\n")[1:] if ": " in line)
    lines = ["RTSP/1.0 200 OK", f"CSeq: {fields['CSeq']}", "Session: 1;timeout=60"]
    body = ""
    if request.startswith("OPTIONS"):
        lines.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
    elif request.startswith("DESCRIBE"):
        body = _SDP
        lines += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
    elif request.startswith("SETUP"):
        lines.append("Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())


def _send_pictures(connection: socket.socket, pictures: int, finished: threading.Event) -> None:
    """FFmpeg packs them for UDP; each datagram goes on over the connection, as RTP or RTCP."""
    with _two_ports() as (rtp, rtcp):
        address = f"rtp://127.0.0.1:{rtp.getsockname()[1]}"
        with av.open(address, "w", format="rtp") as container:
            stream = container.add_stream("libx264", rate=20, options={"tune": "zerolatency", "preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt, stream.gop_size = WIDTH, HEIGHT, "yuv420p", 5
            for number in range(pictures):
                frame = av.VideoFrame.from_ndarray(picture(number), format="bgr24")
                frame.pts, frame.time_base = number, Fraction(1, 20)
                container.mux(stream.encode(frame))
                finished.wait(0.05)
                for channel, port in ((1, rtcp), (0, rtp)):
                    _relay(connection, channel, port)


@contextlib.contextmanager
def _two_ports() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two neighbouring UDP ports."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtcp,
        ):
            rtp.bind(("127.0.0.1", 0))
            try:
                rtcp.bind(("127.0.0.1", rtp.getsockname()[1] + 1))
            except OSError:
                continue
            rtp.setblocking(False)
            rtcp.setblocking(False)
            yield rtp, rtcp
            return


def _relay(connection: socket.socket, channel: int, port: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while True:
            packet = port.recv(4096)
            connection.sendall(b"$" + bytes([channel]) + len(packet).to_bytes(2, "big") + packet)
