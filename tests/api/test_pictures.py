"""Every picture that cannot be used is refused with a problem that names the cause."""

import io

import httpx
import numpy as np
import PIL.Image
import pytest

from tests.api.conftest import GALLERY, Api, jpeg, part
from tests.fakes import portrait


def _png(picture: PIL.Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _drawn(person: int) -> PIL.Image.Image:
    return PIL.Image.fromarray(np.ascontiguousarray(portrait(person)[..., ::-1]))


def _turned(person: int) -> bytes:
    """The portrait lying on its side, with the EXIF orientation that sets it upright."""
    buffer = io.BytesIO()
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    _drawn(person).rotate(90, expand=True).save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()


@pytest.fixture
def gate(api: Api) -> Api:
    api.add_gate(mode="identify")
    return api


def _identify(api: Api, *pictures: bytes, kind: str = "image/jpeg") -> httpx.Response:
    return api.client.post("/v1/gates/north/identify", files=[part(picture, kind) for picture in pictures])


def _problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) >= {"type", "title", "status", "detail", "instance"}
    assert body["status"] == answer.status_code
    return answer.status_code, body["type"]


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        (b"no picture at all", (422, "/problems/not-an-image")),
        (b"", (422, "/problems/not-an-image")),
        (jpeg(1)[: len(jpeg(1)) // 2], (422, "/problems/not-an-image")),
        (_png(_drawn(1))[:-100], (422, "/problems/not-an-image")),
        (_png(PIL.Image.new("1", (12_000, 12_000))), (413, "/problems/image-too-large")),
        (jpeg(1, faces=2), (422, "/problems/several-faces")),
        (jpeg(1, faces=0), (422, "/problems/no-face")),
    ],
    ids=["text", "empty", "half a JPEG", "cut PNG", "12000x12000", "two faces", "no face"],
)
def test_a_bad_picture_is_refused_by_its_cause(gate: Api, picture: bytes, problem: tuple[int, str]) -> None:
    assert _problem(_identify(gate, picture)) == problem


def test_a_part_of_another_content_type_is_refused(gate: Api) -> None:
    assert _problem(_identify(gate, jpeg(1), kind="text/plain")) == (415, "/problems/unsupported-media-type")


def test_a_body_of_another_content_type_is_refused(gate: Api) -> None:
    answer = gate.client.post("/v1/gates/north/identify", content=jpeg(1), headers={"Content-Type": "image/jpeg"})
    assert _problem(answer) == (415, "/problems/unsupported-media-type")


def test_more_bytes_than_allowed_are_refused_when_they_are_announced(gate: Api) -> None:
    assert _problem(_identify(gate, b"x" * (2 * 2**20 + 1))) == (413, "/problems/image-too-large")


def test_more_bytes_than_allowed_are_refused_while_they_come(gate: Api) -> None:
    answer = gate.client.post(
        "/v1/gates/north/identify",
        content=(b"x" * 65_536 for _ in range(40)),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert _problem(answer) == (413, "/problems/image-too-large")


def test_a_long_json_body_is_too_large_but_no_picture(gate: Api) -> None:
    answer = gate.client.post("/v1/subjects", json={"label": "x" * 3 * 2**20})
    assert _problem(answer) == (413, "/problems/body-too-large")


def test_a_picture_lying_on_its_side_is_set_upright(gate: Api) -> None:
    subject_id = gate.enrolled(3)
    answer = _identify(gate, _turned(3))
    assert (answer.json()["decision"], answer.json()["subject_id"]) == ("accepted", subject_id)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
def test_each_picture_format_is_understood_whatever_the_client_calls_it(gate: Api, form: str) -> None:
    subject_id = gate.enrolled(2)
    buffer = io.BytesIO()
    _drawn(2).save(buffer, form, quality=95)
    answer = _identify(gate, buffer.getvalue(), kind="application/octet-stream")
    assert answer.json()["subject_id"] == subject_id


def test_neither_picture_nor_camera_is_an_invalid_request(gate: Api) -> None:
    assert _problem(gate.client.post("/v1/gates/north/identify", json={})) == (422, "/problems/invalid-request")


def test_more_pictures_than_allowed_are_an_invalid_request(gate: Api) -> None:
    assert _problem(_identify(gate, *[jpeg(1)] * 21)) == (422, "/problems/invalid-request")


def test_a_broken_multipart_body_is_an_invalid_request(gate: Api) -> None:
    answer = gate.client.post(
        "/v1/gates/north/identify", content=b"--b\r\nnonsense", headers={"Content-Type": "multipart/form-data"}
    )
    assert _problem(answer) == (422, "/problems/invalid-request")


def test_a_poor_face_is_not_enrolled_and_the_reasons_are_told(api: Api) -> None:
    fields = {"subject_id": api.add_subject(), "gallery": GALLERY}
    answer = api.client.post("/v1/enrolments", data=fields, files=[part(jpeg(1, yaw=0.5))])
    assert _problem(answer) == (422, "/problems/poor-quality")
    assert answer.json()["reasons"] == ["turned"]


def test_nobody_is_enrolled_without_consent(api: Api) -> None:
    subject_id = api.client.post("/v1/subjects", json={"label": "Ada"}).json()["id"]
    fields = {"subject_id": subject_id, "gallery": GALLERY}
    answer = api.client.post("/v1/enrolments", data=fields, files=[part(jpeg(1))])
    assert _problem(answer) == (403, "/problems/no-consent")


def test_pictures_of_two_people_are_not_enrolled_as_one(api: Api) -> None:
    fields = {"subject_id": api.add_subject(), "gallery": GALLERY}
    answer = api.client.post("/v1/enrolments", data=fields, files=[part(jpeg(1)), part(jpeg(2))])
    assert _problem(answer) == (409, "/problems/conflict")


def test_no_uploaded_picture_touches_the_disk(gate: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    noise = np.random.default_rng(0).integers(0, 255, (700, 700, 3), np.uint8)
    picture = _png(PIL.Image.fromarray(noise))
    assert len(picture) > 2**20
    assert _problem(_identify(gate, picture))[0] == 422
