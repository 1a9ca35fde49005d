"""An opened file or stream: the only place that talks to FFmpeg.

FFmpeg's errors hold the whole URL. They are read in their handler for the one word that is told, and the SourceError
is raised after it, so that no traceback carries them along.
"""

import sys
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, cast
from urllib.parse import urlsplit

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from pipelines.ingest.address import NETWORK_SCHEMES, Address
from vision.errors import ConfigurationError, SourceError
from vision.motion_gate import Luma
from vision.types import Image

_Packet: TypeAlias = "av.Packet[VideoStream]"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DAMAGED = 100
"""Packets in a row that may be damaged; a stream that lost a key frame recovers within its interval."""

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (av.error.ExitError, "timed_out"),
    (av.error.TimeoutError, "timed_out"),
    (av.error.ConnectionRefusedError, "unreachable"),
    (av.error.HTTPUnauthorizedError, "not_authorized"),
    (av.error.HTTPForbiddenError, "not_authorized"),
    (av.error.HTTPNotFoundError, "not_found"),
    (av.error.FileNotFoundError, "not_found"),
    (av.error.InvalidDataError, "damaged"),
    (av.error.EOFError, "ended"),
)
_PROTOCOLS = {
    "file": "file",
    "rtsp": "rtp,tcp,udp",
    "rtsps": "rtp,srtp,tcp,udp,tls,crypto",
    "http": "http,https,tcp,tls,crypto",
    "https": "http,https,tcp,tls,crypto",
}
# A playlist or a session description would have FFmpeg open what it names, wherever that is; containers name nothing.
_CONTAINERS = "asf,avi,flv,h264,hevc,ivf,m4v,matroska,mjpeg,mov,mpeg,mpegts,mpegvideo,mpjpeg,mxf,nut,obu,ogg"
_PLANAR = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray")
"""Formats whose first plane is the brightness in bytes."""
_WEBCAMS = {"linux": ("video4linux2", "/dev/video{}"), "darwin": ("avfoundation", "{}")}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds.

    Attributes:
        open_s: for the connection, and as long again for the stream's first packets.
        read_s: for each packet.
    """

    open_s: float = 10.0
    read_s: float = 10.0


class Media:
    """The pictures of one opened container; close it in the thread that reads it.

    Attributes:
        damaged: packets that could not be decoded so far.
    """

    def __init__(self, container: InputContainer, address: Address, read_s: float) -> None:
        if not container.streams.video:
            raise SourceError("no_pictures", address.shown)
        self.damaged = 0
        self._container = container
        self._stream = container.streams.video[0]
        # One core for each camera: many cameras share the machine, and threads that decode ahead add delay.
        self._stream.codec_context.thread_count = 1
        self._painter = VideoReformatter()
        self._address = address
        self._read_s = read_s
        self._own_time = not (address.scheme in NETWORK_SCHEMES and _untimed(container))

    @property
    def zero(self) -> datetime | None:
        """When the stream's media time was 0, where the camera says so (RTSP, after its first sender report)."""
        microseconds = self._container.start_time_realtime
        return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)

    @property
    def length_s(self) -> float | None:
        """The media time at the end, as the file states it; None where it states none."""
        stream, container = self._stream, self._container
        if _untimed(container):
            return None
        if stream.duration is not None and stream.time_base is not None:
            return float((stream.duration + (stream.start_time or 0)) * stream.time_base)
        if container.duration is None:
            return None
        return (container.duration + (container.start_time or 0)) / av.time_base

    def time_s(self, picture: av.VideoFrame) -> float | None:
        """The picture's media time; None where the format has none, as MJPEG over HTTP."""
        return picture.time if self._own_time else None

    def pictures(self) -> Iterator[av.VideoFrame]:
        """The decoded pictures but the damaged ones, up to the end.

        Raises:
            SourceError: nothing came in time, or nothing that can be decoded.
        """
        row = 0
        # Of all streams: FFmpeg's time-out would begin anew with every packet of sound that is left out.
        packets = cast("Generator[_Packet]", self._container.demux())
        with closing(packets):
            while (packet := self._next(packets)) is not None:
                pictures = _decoded(packet)
                row = row + 1 if pictures is None else 0
                self.damaged += pictures is None
                if row > _MOST_DAMAGED:
                    raise SourceError("damaged", self._address.shown)
                yield from pictures or ()

    def pixels(self, picture: av.VideoFrame) -> Image:
        """(H, W, 3) uint8 BGR, upright: telephones film sideways and say so."""
        # One painter, on one thread: each picture's own would begin and end as many threads as there are cores.
        painted = self._painter.reformat(picture, format="bgr24", threads=1)
        image = cast("Image", painted.to_ndarray())
        turns = round(picture.rotation / 90) % 4
        return np.ascontiguousarray(np.rot90(image, turns)) if turns else image

    def close(self) -> None:
        """Let go of the file or connection."""
        self._container.close()

    def _next(self, packets: Iterator[_Packet]) -> "_Packet | None":
        """The next one that holds pictures; None at the end."""
        began = time.monotonic()
        reason = "timed_out"
        try:
            for packet in packets:
                if packet.stream_index == self._stream.index:
                    return packet
                if time.monotonic() - began >= self._read_s:
                    break
            else:
                return None
        except av.FFmpegError as error:
            reason = _reason(error, time.monotonic() - began >= self._read_s)
        raise SourceError(reason, self._address.shown)


def brightness(picture: av.VideoFrame) -> Luma:
    """(H, W) uint8, as it was decoded; valid as long as the picture is, and neither turned nor converted."""
    if picture.format.name not in _PLANAR:
        return cast("Luma", picture.to_ndarray(format="gray"))
    plane = picture.planes[0]
    lines = np.frombuffer(cast("bytes", plane), np.uint8).reshape(-1, plane.line_size)
    return lines[: picture.height, : picture.width]


def open_media(address: Address, timeouts: Timeouts) -> Media:
    """The file, stream or webcam, opened.

    Raises:
        SourceError: it cannot be opened; the reason is a word of `VideoSource.frames`.
        ConfigurationError: webcams are not supported on this system.
    """
    name, kind = _device(address.target) if address.scheme == "webcam" else (address.target, None)
    began = time.monotonic()
    try:
        container = av.open(
            name, format=kind, options=_options(address, timeouts), timeout=(timeouts.open_s, timeouts.read_s)
        )
    except av.FFmpegError as error:
        # RTSP reports an interrupted read as damaged data.
        reason = _reason(error, time.monotonic() - began >= timeouts.open_s)
    else:
        return Media(container, address, timeouts.read_s)
    raise SourceError(reason, address.shown)


def _device(number: str) -> tuple[str, str]:
    if sys.platform not in _WEBCAMS:
        raise ConfigurationError(f"webcam: wanted a system of {', '.join(_WEBCAMS)}, got {sys.platform}")
    kind, name = _WEBCAMS[sys.platform]
    return name.format(number), kind


def _options(address: Address, timeouts: Timeouts) -> dict[str, str]:
    options: dict[str, str] = {}
    if address.scheme in _PROTOCOLS:
        options["protocol_whitelist"] = _PROTOCOLS[address.scheme]
    if address.scheme in ("file", "http", "https"):
        options["format_whitelist"] = _CONTAINERS
    if address.scheme in ("http", "https"):
        # Where a redirect leads to was not checked.
        options["max_redirects"] = "0"
        if address.host is not None:
            options |= {
                "headers": f"Host: {address.host}\r\n",
                "verifyhost": urlsplit(f"//{address.host}").hostname or "",
            }
    if address.scheme.startswith("rtsp"):
        # UDP loses packets and passes no firewall; the delay of TCP is small beside that of decoding.
        options |= {"rtsp_transport": "tcp", "timeout": str(int(timeouts.read_s * 1e6))}
        # FFmpeg would first watch 20 frames to guess the rate, which nobody asks for.
        options |= {"fflags": "nobuffer", "fpsprobesize": "1"}
        # Sound is not asked for: it costs the network, and is nobody's business here.
        options["allowed_media_types"] = "video"
    return options


def _untimed(container: InputContainer) -> bool:
    return av.format.Flags.no_timestamps in av.format.Flags(container.format.flags)


def _decoded(packet: _Packet) -> list[av.VideoFrame] | None:
    """The packet's pictures; None when it or one of them is damaged."""
    try:
        pictures = packet.decode()
    except av.error.InvalidDataError:
        return None
    return None if any(picture.is_corrupt for picture in pictures) else pictures


def _reason(error: av.FFmpegError, late: bool) -> str:
    if late:
        return "timed_out"
    return next((word for kind, word in _REASONS if isinstance(error, kind)), "unreadable")
