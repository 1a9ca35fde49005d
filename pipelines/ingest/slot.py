"""The one place between a camera's grabber and its stages."""

import threading

from vision.types import Frame


class FrameSlot:
    """Room for one frame.

    Args:
        waits: a frame waits until the one before was taken; otherwise it takes its place, and the old one is dropped.
    """

    def __init__(self, *, waits: bool) -> None:
        self._waits = waits
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False

    def put(self, frame: Frame) -> bool:
        """Whether a frame was dropped for it: the one before, or this one after `close`."""
        with self._changed:
            if self._waits:
                self._changed.wait_for(lambda: self._frame is None or self._closed)
            if self._closed:
                return True
            dropped = self._frame is not None
            self._frame = frame
            self._changed.notify_all()
            return dropped

    def wait(self) -> bool:
        """Whether there is a frame, once there is one; False when the slot is closed and empty.

        It may have become a newer one when it is taken: who waits for something else meanwhile takes it afterwards.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._closed)
            return self._frame is not None

    def take(self) -> Frame | None:
        """The frame, once there is one; None when the slot is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._closed)
            frame, self._frame = self._frame, None
            self._changed.notify_all()
            return frame

    def close(self) -> None:
        """No more frames will be put; the one that is here can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
