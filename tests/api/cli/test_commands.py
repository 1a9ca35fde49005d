"""The commands as a user types them, on the real networks and two public-domain portraits."""

import shutil
from contextlib import closing
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from models.catalogue import Catalogue
from pipelines.records.store import Store
from pipelines.settings import Settings
from pipelines.street_cameras import read_street_camera
from sample_videos.people import PersonName, portrait
from sample_videos.street.files import camera_file

ENROLL = ("--gallery", "staff", "--purpose", "access", "--consent", "form 117")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, converted_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh installation whose networks were converted before."""
    home = tmp_path / "home"
    home.mkdir()
    if (converted_home / "cache").is_dir():
        shutil.copytree(converted_home / "cache", home / "cache")
    monkeypatch.setenv("CITYGATE_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")
    return home


def run(*words: str) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def picture(folder: Path, name: PersonName, size: float = 1.0) -> Path:
    path = folder / f"{name}-{size}.jpg"
    cv2.imwrite(str(path), cv2.resize(portrait(name), None, fx=size, fy=size, interpolation=cv2.INTER_AREA))
    return path


def test_two_pictures_of_one_person_are_one_and_of_two_are_not(tmp_path: Path) -> None:
    astronaut, smaller = picture(tmp_path, "astronaut"), picture(tmp_path, "astronaut", 0.7)
    same = run("verify", str(astronaut), str(smaller))
    assert (same.exit_code, "one person" in same.output) == (0, True)
    other = run("verify", str(astronaut), str(picture(tmp_path, "grace_hopper")))
    assert (other.exit_code, "not shown to be one person" in other.output) == (3, True)


def test_a_file_that_is_no_picture_is_named_in_one_line(tmp_path: Path) -> None:
    words = tmp_path / "words.jpg"
    words.write_text("no picture", encoding="utf-8")
    result = run("verify", str(words), str(words))
    assert result.exit_code == 1
    assert "NotAnImage: " in result.stderr
    assert "words.jpg" in result.stderr


def test_a_folder_of_people_is_enrolled_and_who_cannot_be_is_named(tmp_path: Path) -> None:
    people = tmp_path / "people"
    (people / "ada").mkdir(parents=True)
    picture(people / "ada", "astronaut")
    (people / "nobody").mkdir()
    cv2.imwrite(str(people / "nobody" / "wall.png"), portrait("astronaut")[:40, :40] * 0)
    result = run("enroll", str(people), *ENROLL)
    assert result.exit_code == 1
    assert "enrolled 1 of 2 in staff" in result.output
    assert "nobody: wanted a face" in result.output
    store = Store.open(Settings())
    try:
        assert store.templates.count("staff") == 1
        assert store.consents.holds(store.subjects.find("ada").id, "access")
    finally:
        store.close()


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    result = run("enroll", str(tmp_path / "people"), *ENROLL)
    assert result.exit_code == 1
    assert "wanted subfolders or pictures" in result.stderr


def test_a_gallery_of_another_purpose_is_refused(tmp_path: Path) -> None:
    people = tmp_path / "people"
    people.mkdir()
    picture(people, "astronaut")
    assert run("enroll", str(people), *ENROLL).exit_code == 0
    result = run("enroll", str(people), "--gallery", "staff", "--purpose", "other", "--consent", "form 118")
    assert (result.exit_code, "wanted purpose access, got other" in result.stderr) == (1, True)


def test_a_key_is_shown_once_and_can_be_revoked() -> None:
    made = run("keys", "create", "door", "--scope", "gates:decide", "--purpose", "access")
    secret = made.output.split()[-1]
    key_id = made.output.split(",")[0]
    assert secret.startswith("cg_")
    listed = run("keys", "list").output
    assert key_id in listed
    assert secret not in listed
    assert run("keys", "revoke", key_id).exit_code == 0
    assert run("keys", "revoke", "key_nobodys").exit_code == 1


def test_a_cameras_password_is_never_shown() -> None:
    assert run("cameras", "add", "north", "rtsp://user:hidden-word@10.0.0.7/live").exit_code == 0
    listed = run("cameras", "list").output
    assert "north" in listed
    assert "hidden-word" not in listed
    assert run("cameras", "add", "south", "gopher://x").exit_code == 1
    assert run("cameras", "remove", "north").exit_code == 0
    assert run("cameras", "remove", "north").exit_code == 1


def test_a_street_camera_is_added_with_its_file_and_told_what_it_cannot_find(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYGATE_STREET_DETECTOR", "")
    film = "rtsp://10.0.0.9/live"
    added = run("cameras", "add", "kerb", film, "--lane", "street", "--street", str(camera_file("kerb")))
    assert added.exit_code == 0, added.output
    assert "not found here, for no street detector knows their classes: 09009, L03, L05" in added.output
    with closing(Store.open(Settings())) as store:
        kept = store.cameras.get("kerb")
    assert kept.street == read_street_camera(camera_file("kerb")).settings
    assert kept.fps == 2.5
    assert "street" in run("cameras", "list").output


def test_a_street_camera_without_its_own_file_is_refused(tmp_path: Path) -> None:
    bare = run("cameras", "add", "quay", "rtsp://10.0.0.9/live", "--lane", "street")
    assert (bare.exit_code, "wanted street settings with lane street" in bare.stderr) == (1, True)
    path = str(camera_file("kerb"))
    other = run("cameras", "add", "quay", "rtsp://10.0.0.9/live", "--lane", "street", "--street", path)
    assert (other.exit_code, "wanted the file of quay, got that of kerb" in other.stderr) == (1, True)
    wrong = tmp_path / "quay.toml"
    wrong.write_text('id = "quay"\nfbs = 3\n', "utf-8")
    named = run("cameras", "add", "quay", "rtsp://10.0.0.9/live", "--lane", "street", "--street", str(wrong))
    assert (named.exit_code, "fbs: Extra inputs" in named.stderr) == (1, True)
    assert "quay" not in run("cameras", "list").output


def test_the_doctor_is_content_with_a_sound_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYGATE_PORT", "0")
    monkeypatch.delenv("CITYGATE_KILL_ROUNDS", raising=False)  # of the tests alone
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "model street-detector-int8: verified and opened" in result.output


def test_the_doctor_names_what_is_missing_and_how_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYGATE_FACE_DETECTOR", "yunet-320")
    monkeypatch.setenv("CITYGATE_MASTER_KEY", "short")
    monkeypatch.setenv("CITYGATE_PLATE_DETECTOR", "no-detector")
    monkeypatch.setenv("CITYGATE_PLATE_READER", "no-reader")
    result = run("doctor")
    assert result.exit_code == 1
    assert "x  model no-detector" in result.output
    assert "x  model no-reader" in result.output
    assert "citygate models fetch yunet-320" in result.output
    assert "wanted 32 bytes in base64" in result.output


@pytest.mark.shared_data
def test_a_street_detector_is_imported_with_a_map_of_its_classes(home: Path, shared: Path) -> None:
    file = str(shared / "public-weights" / "coco_yolox_nano_416.onnx")
    asked = ("models", "import", file, "--family", "yolox", "--licence", "Apache-2.0", "--id", "mine")
    refused = run(*asked, "--map", "2=lorry")
    assert (refused.exit_code, "wanted NETWORK=OURS" in refused.stderr) == (1, True)
    made = run(*asked, "--map", "2=car", "--map", "7=truck")
    assert made.exit_code == 0, made.output
    spec = Catalogue(home).manifest.get("mine")
    assert spec.street is not None
    assert spec.street.classes == {"2": "car", "7": "truck"}
    assert spec.preprocessing.channels == "bgr"


def test_models_are_checked_and_a_damaged_one_is_named(home: Path) -> None:
    assert run("models", "prepare").exit_code == 0
    sound = run("models", "check")
    assert sound.exit_code == 0
    assert "ok dlib-resnet-v1" in sound.output
    (home / "models").mkdir()
    (home / "models" / "yunet-320-yunet.onnx").write_bytes(b"damaged")
    damaged = run("models", "check")
    assert (damaged.exit_code, "x yunet-320" in damaged.output) == (1, True)
