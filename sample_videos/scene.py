"""The drawn place: a corridor behind, a gate in front."""

import cv2
import numpy as np

from sample_videos.people import Layer, Pixels

WIDTH, HEIGHT = 1280, 720
_VANISHING = (640, 262)
_FAR = (500, 150, 780, 380)
"""Left, top, right, bottom of the corridor's end."""
_COUNTER_TOP = 512
GATE_TOP = 480
"""Above this row the gate hides nothing."""
_JOINT = (80, 86, 92)


def corridor() -> Pixels:
    """(720, 1280, 3): what stands behind the persons."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    _draw_floor_and_ceiling(image)
    _draw_walls(image)
    _draw_doors(image)
    _draw_posters(image)
    blurred: Pixels = cv2.GaussianBlur(image, (0, 0), 1.6)  # the camera looks sharply at the gate, not behind it
    return _shaded(blurred)


def gate() -> Layer:
    """(720, 1280, 4): what stands before the persons: two cabinets, two leaves between them, a reader."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    opacity = np.zeros((HEIGHT, WIDTH), np.float32)
    for left, right in ((0, 330), (950, WIDTH)):
        _fill(image, [(left, _COUNTER_TOP), (right, _COUNTER_TOP), (right, HEIGHT), (left, HEIGHT)], (70, 74, 78))
        cv2.rectangle(image, (left, _COUNTER_TOP - 16), (right, _COUNTER_TOP + 6), (168, 172, 174), -1)
        cv2.rectangle(image, (left, _COUNTER_TOP + 60), (right, _COUNTER_TOP + 64), (52, 55, 58), -1)
        opacity[_COUNTER_TOP - 16 :, left:right] = 1.0
    _draw_wings(image, opacity)
    _draw_reader(image)
    return np.concatenate([image * opacity[..., np.newaxis], opacity[..., np.newaxis]], axis=2).astype(np.float32)


def _draw_floor_and_ceiling(image: Pixels) -> None:
    left, top, right, bottom = _FAR
    _fill(image, [(0, HEIGHT), (WIDTH, HEIGHT), (right, bottom), (left, bottom)], (92, 98, 104))
    for x in range(-2400, 3700, 240):
        _line(image, _between((x, HEIGHT), _VANISHING, bottom), (x, HEIGHT), _JOINT)
    for share in (0.08, 0.2, 0.38, 0.66):
        y = int(bottom + (HEIGHT - bottom) * share)
        _line(image, (0, y), (WIDTH, y), _JOINT)
    _fill(image, [(0, 0), (WIDTH, 0), (right, top), (left, top)], (150, 152, 150))
    for near, far in ((0.02, 0.3), (0.4, 0.52)):
        corners = ((430, near), (850, near), (850, far), (430, far))
        _fill(
            image, [_between((x, 0), _VANISHING, int(_VANISHING[1] * share)) for x, share in corners], (246, 250, 250)
        )


def _draw_walls(image: Pixels) -> None:
    """Panels on both sides; their joints run to the vanishing point."""
    left, top, right, bottom = _FAR
    _fill(image, [(left, top), (right, top), (right, bottom), (left, bottom)], (176, 182, 178))
    for near, far, colour in ((0, left, (140, 150, 156)), (WIDTH, right, (128, 138, 146))):
        _fill(image, [(near, 0), (far, top), (far, bottom), (near, HEIGHT)], colour)
        for share in (0.1, 0.26, 0.5, 0.8):
            x = int(far + (near - far) * share)
            _line(image, (x, int(top * (1 - share))), (x, int(bottom + (HEIGHT - bottom) * share)), (112, 120, 126))
        for y in (324, 518):
            far_y = int(_VANISHING[1] + (y - _VANISHING[1]) * (far - _VANISHING[0]) / (near - _VANISHING[0]))
            _line(image, (near, y), (far, far_y), (112, 120, 126))
        _line(image, (near, HEIGHT), (far, bottom), (56, 60, 64), 7)
    _line(image, (left, bottom), (right, bottom), (56, 60, 64), 3)


def _draw_doors(image: Pixels) -> None:
    cv2.rectangle(image, (548, 196), (732, 380), (196, 206, 204), -1)
    for left in (552, 643):
        cv2.rectangle(image, (left, 200), (left + 85, 378), (214, 222, 210), -1)
        cv2.rectangle(image, (left, 200), (left + 85, 378), (120, 126, 128), 2)
    cv2.rectangle(image, (596, 162), (684, 184), (70, 120, 40), -1)
    cv2.putText(image, "GATE 3", (604, 179), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (235, 240, 235), 1, cv2.LINE_AA)


def _draw_posters(image: Pixels) -> None:
    _fill(image, [(70, 150), (230, 186), (230, 400), (70, 438)], (168, 132, 84))
    _fill(image, [(84, 168), (216, 198), (216, 300), (84, 318)], (206, 188, 150))
    _fill(image, [(1080, 180), (1210, 150), (1210, 430), (1080, 394)], (88, 120, 170))
    _fill(image, [(1094, 196), (1196, 172), (1196, 290), (1094, 288)], (150, 176, 204))


def _draw_wings(image: Pixels, opacity: Layer) -> None:
    """Two leaves of frosted glass, shut."""
    for corners in ([(330, 492), (638, 500), (638, 720), (330, 720)], [(950, 492), (642, 500), (642, 720), (950, 720)]):
        leaf = np.zeros(opacity.shape, np.uint8)
        _fill(leaf, corners, 255)
        image[leaf > 0] = (176, 184, 170)
        opacity[leaf > 0] = 0.9
        edge = np.zeros(opacity.shape, np.uint8)
        cv2.polylines(edge, [np.array(corners, np.int32)], True, 255, 4, cv2.LINE_AA)
        image[edge > 0] = (226, 230, 226)
        opacity[edge > 0] = np.maximum(opacity[edge > 0], edge[edge > 0] / 255)


def _draw_reader(image: Pixels) -> None:
    cv2.rectangle(image, (1010, 540), (1110, 600), (30, 30, 32), -1)
    cv2.rectangle(image, (1018, 548), (1102, 592), (110, 84, 30), -1)
    cv2.arrowedLine(image, (200, 640), (200, 560), (80, 190, 90), 10, cv2.LINE_AA, 0, 0.4)
    cv2.circle(image, (1180, 570), 18, (60, 60, 190), -1, cv2.LINE_AA)


def _shaded(image: Pixels) -> Pixels:
    """Darker to the sides, as from the lamps along the middle."""
    across = (np.arange(WIDTH, dtype=np.float32) - _VANISHING[0]) / WIDTH
    light = 1.0 - 0.5 * across**2
    shaded: Pixels = np.clip(image * light[np.newaxis, :, np.newaxis], 0, 255).astype(np.uint8)
    return shaded


def _between(near: tuple[int, int], far: tuple[int, int], y: int) -> tuple[int, int]:
    """The point at height `y` on the line through both."""
    share = (y - near[1]) / (far[1] - near[1])
    return int(near[0] + (far[0] - near[0]) * share), y


def _fill(image: Pixels, corners: list[tuple[int, int]], colour: tuple[int, int, int] | int) -> None:
    cv2.fillPoly(image, [np.array(corners, np.int32)], colour, cv2.LINE_AA)


def _line(
    image: Pixels, start: tuple[int, int], end: tuple[int, int], colour: tuple[int, int, int], width: int = 2
) -> None:
    cv2.line(image, start, end, colour, width, cv2.LINE_AA)
