"""A camera with sound and RTSP: `/usr/bin/python3 rtsp_camera.py PORT`; SIGUSR1 stops its pictures and not its sound.

It runs under Debian's Python, which has GStreamer's bindings, and knows nothing of Citygate. The newest picture comes
20 times a second, 160 pixels wide and 120 high, and no two are alike.
"""

import signal
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 - the versions are to be named before

PICTURES = (
    "videotestsrc is-live=true pattern=snow ! video/x-raw,width=160,height=120,framerate=20/1 ! valve name=valve"
    " ! openh264enc gop-size=5 ! rtph264pay name=pay0 pt=96 config-interval=-1"
)
SOUND = "audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8"


def main(port: str) -> None:
    """Serve rtsp://127.0.0.1:PORT/camera until it is killed."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer(service=port, address="127.0.0.1")
    factory = GstRtspServer.RTSPMediaFactory(launch=f"( {PICTURES} {SOUND} )", shared=True)
    valves = []
    factory.connect("media-configure", lambda _, media: valves.append(media.get_element().get_by_name("valve")))
    server.get_mount_points().add_factory("/camera", factory)
    server.attach(None)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR1, close, valves)
    GLib.MainLoop().run()


def close(valves: list) -> bool:
    """No picture passes any more; called again at the next signal."""
    for valve in valves:
        valve.set_property("drop", True)
    return True


if __name__ == "__main__":
    main(sys.argv[1])
