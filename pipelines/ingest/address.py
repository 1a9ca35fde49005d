"""Where a camera's pictures come from, read from its URL; and that URL as it may be shown.

file:///clips/gate.mp4             every frame, as fast as they are taken
file:///clips/gate.mp4?play=live   at real speed like a camera, once
file:///clips/gate.mp4?play=loop   the same, again and again
file:///pictures                   a folder: its pictures in the order of their names
rtsp://user:password@host/stream   also rtsps, http, https (MJPEG, MPEG-TS, ...)
webcam:0                           the machine's first camera
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from vision.errors import ConfigurationError

Play = Literal["wait", "live", "loop"]

NETWORK_SCHEMES = ("rtsp", "rtsps", "http", "https")
SCHEMES = ("file", "webcam", *NETWORK_SCHEMES)
_PLAYS = ("wait", "live", "loop")
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Address:
    """A camera URL that was checked.

    Attributes:
        scheme: one of SCHEMES.
        target: the path of a file or folder, the whole URL of a stream, the number of a webcam.
        shown: what logs and errors may hold.
        play: how a file is played; `wait` for all others.
        host: the host as it was written, where `target` has its number instead.
    """

    scheme: str
    target: str = field(repr=False)
    shown: str
    play: Play = "wait"
    host: str | None = field(default=None, repr=False)

    @property
    def live(self) -> bool:
        """Whether frames come whether or not anybody takes them."""
        return self.scheme != "file" or self.play != "wait"

    @property
    def lasting(self) -> bool:
        """Whether it has no end of its own, so that an end is a loss."""
        return self.scheme != "file" or self.play == "loop"


def parse_address(url: str) -> Address:
    """The address in a camera's URL.

    Raises:
        ConfigurationError: another scheme, no host or path, an unknown option. The message holds
            nothing of the URL but its scheme.
    """
    scheme, colon, _ = url.partition(":")
    if not colon or scheme not in SCHEMES:
        got = repr(scheme) if colon and scheme.isalnum() else "none"
        raise ConfigurationError(f"camera URL: wanted a scheme of {', '.join(SCHEMES)}, got {got}")
    if not url.isprintable() or " " in url:
        raise ConfigurationError(f"{scheme} URL: wanted printable characters without spaces")
    parts = _split(url, scheme)
    if scheme == "file":
        return _file(parts)
    if scheme == "webcam":
        return _webcam(parts)
    return Address(scheme, url, redact_url(url))


def redact_url(url: str) -> str:
    """The URL without user, password, path and query: cameras take passwords in each of them.

    A file's and a webcam's stay whole.
    """
    scheme, separator, rest = url.partition("://")
    if scheme not in NETWORK_SCHEMES:
        return url if scheme == "file" or url.startswith("webcam:") else _HIDDEN
    authority = rest.partition("/")[0].partition("?")[0]
    # An @ behind the authority may belong to a password that holds a slash: then nothing is safe to show.
    if not separator or "@" in rest[len(authority) :]:
        return f"{scheme}://{_HIDDEN}"
    user, at, host = authority.rpartition("@")
    return f"{scheme}://{_HIDDEN + at if user else ''}{host}/{_HIDDEN}"


def _split(url: str, scheme: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, 0
    if scheme in NETWORK_SCHEMES and (not host or port == 0):
        # Raised here, not in the handler above: its error quotes parts of the URL.
        raise ConfigurationError(f"{scheme} URL: wanted {scheme}://[user:password@]host[:port]/path")
    return parts


def _file(parts: SplitResult) -> Address:
    path = unquote(parts.path)
    if parts.netloc not in ("", "localhost") or not Path(path).is_absolute():
        raise ConfigurationError("file URL: wanted file:///absolute/path")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    play = options.pop("play", "wait")
    if options or parts.fragment or play not in _PLAYS:
        raise ConfigurationError(f"file URL: wanted no option but play={'|'.join(_PLAYS)}; write %3F for ? in a name")
    return Address("file", path, f"file://{path}", cast("Play", play))


def _webcam(parts: SplitResult) -> Address:
    if not parts.path.isdecimal() or parts.netloc or parts.query or parts.fragment:
        raise ConfigurationError("webcam URL: wanted webcam:NUMBER, as in webcam:0")
    return Address("webcam", parts.path, f"webcam:{parts.path}")
