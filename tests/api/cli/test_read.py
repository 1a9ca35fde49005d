"""`citygate read`: plates of pictures on the console."""

import json
import sys
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.fake_plates import car_picture, fake_plate_lane
from vision.types import Image


@pytest.fixture(autouse=True)
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYGATE_HOME", str(tmp_path / "home"))
    # By the list of modules: the package's own `read` is the command.
    monkeypatch.setattr(sys.modules["api.cli.read"], "open_plate_lane", lambda *_, **__: fake_plate_lane())


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["read", *words], env={"COLUMNS": "200"})


def saved(folder: Path, name: str, image: Image) -> str:
    path = folder / f"{name}.png"
    cv2.imwrite(str(path), image)
    return str(path)


def test_every_plate_is_a_line_of_the_table(tmp_path: Path) -> None:
    result = run(saved(tmp_path, "two", car_picture("京A12345", "沪B7K321")))
    assert result.exit_code == 0, result.output
    assert "京A12345" in result.output
    assert "沪B7K321" in result.output
    assert result.output.count("yes") == 2


def test_why_a_gate_would_not_act_on_a_plate_is_said(tmp_path: Path) -> None:
    result = run(saved(tmp_path, "partial", car_picture("A12345")))
    assert "fits no format" in result.output


def test_as_json_each_picture_is_one_line(tmp_path: Path) -> None:
    files = saved(tmp_path, "one", car_picture("京A12345")), saved(tmp_path, "none", car_picture())
    result = run(*files, "--json")
    first, second = (json.loads(line) for line in result.output.splitlines())
    assert (first["image"], first["not_legible"]) == (files[0], 0)
    assert [(item["text"], item["kind"], item["accepted"]) for item in first["items"]] == [("京A12345", "blue", True)]
    assert second == {"image": files[1], "items": [], "not_legible": 0}
    assert result.exit_code == 3


def test_a_plate_that_cannot_be_read_is_told_and_ends_with_3(tmp_path: Path) -> None:
    file = saved(tmp_path, "muddy", car_picture("京A12345", legible=False))
    result = run(file)
    assert ("not legible" in result.output, result.exit_code) == (True, 3)
    assert json.loads(run(file, "--json").output)["not_legible"] == 1


def test_a_file_that_is_no_picture_is_named_in_one_line(tmp_path: Path) -> None:
    words = tmp_path / "words.jpg"
    words.write_text("no picture", encoding="utf-8")
    result = run(str(words))
    assert result.exit_code == 1
    assert "words.jpg" in result.stderr


def test_without_plate_networks_it_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYGATE_PLATE_DETECTOR", "")
    monkeypatch.setenv("CITYGATE_PLATE_READER", "")
    result = run(saved(tmp_path, "one", car_picture("京A12345")))
    assert result.exit_code == 1
    assert "CITYGATE_PLATE_DETECTOR" in result.stderr
