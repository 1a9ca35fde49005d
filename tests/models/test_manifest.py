from pathlib import Path

import pytest

from models.manifest import SHIPPED, USER_FILE_NAME, load_manifests, read_manifest
from vision.errors import ConfigurationError

ENTRY = """
[[model]]
id = "{id}"
task = "face-detection"
family = "yunet"
title = "a detector of our own"
licence = "MIT"
commercial_use = true

[[model.networks]]
name = "yunet"
inputs = [{{ name = "input", shape = [1, 3, 320, 320] }}]
outputs = []
{source}
"""
LOCAL = 'local = {{ path = "models/a.onnx", sha256 = "{}" }}'.format("0" * 64)


def write_user_manifest(home: Path, model_id: str, source: str = LOCAL) -> Path:
    path = home / USER_FILE_NAME
    path.write_text(ENTRY.format(id=model_id, source=source), encoding="utf-8")
    return path


def test_every_shipped_default_may_be_used_commercially() -> None:
    shipped = read_manifest(SHIPPED)
    assert {spec.id for spec in shipped.model} >= {"mtcnn", "dlib-resnet-v1", "yunet-320", "yunet-640"}
    assert all(spec.commercial_use for spec in shipped.model)


def test_the_users_models_follow_the_shipped_ones(tmp_path: Path) -> None:
    write_user_manifest(tmp_path, "mine")
    merged = load_manifests(tmp_path)
    assert [spec.id for spec in merged.model] == [spec.id for spec in read_manifest(SHIPPED).model] + ["mine"]


def test_local_paths_lie_beside_the_manifest_that_lists_them(tmp_path: Path) -> None:
    write_user_manifest(tmp_path, "mine")
    local = load_manifests(tmp_path).get("mine").networks[0].local
    assert local is not None
    assert local.path == tmp_path / "models" / "a.onnx"


def test_an_id_listed_twice_is_refused(tmp_path: Path) -> None:
    write_user_manifest(tmp_path, "mtcnn")
    with pytest.raises(ConfigurationError, match="got listed twice: mtcnn"):
        load_manifests(tmp_path)


def test_a_network_without_a_source_is_refused(tmp_path: Path) -> None:
    write_user_manifest(tmp_path, "mine", source="")
    with pytest.raises(ConfigurationError, match="wanted one of packaged, remote, local; got 0"):
        load_manifests(tmp_path)


@pytest.mark.parametrize("text", ["model = 3", "[[model]\n", "[[model]]\nid = 'x'\nunknown = 1"])
def test_a_file_that_is_not_a_manifest_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / USER_FILE_NAME
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=USER_FILE_NAME):
        load_manifests(tmp_path)


def test_an_unknown_model_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no model 'arcface'.*mtcnn"):
        load_manifests(tmp_path).get("arcface")
