from pathlib import Path

import pytest

from models.catalogue import Catalogue
from models.importing import describe_file, import_model, set_calibration
from models.manifest import Family, ModelSpec, Preprocessing
from models.open import open_model
from tests.models.graphs import doubling_graph
from vision.calibration import FmrCurve
from vision.errors import CitygateError, ConfigurationError, Conflict, ModelContractError, ModelFileError, NotFound

CURVE = FmrCurve(source="hand-made", impostor_pairs=1000, fmr=(0.1, 0.03), threshold=(0.2, 0.4))


def describe(file: Path, family: Family = "arcface") -> ModelSpec:
    return describe_file(file, "mine", family, "MIT", commercial_use=True, preprocessing=Preprocessing())


def importing(home: Path, file: Path, family: Family) -> None:
    import_model(home, file, describe(file, family), check=lambda: open_model(Catalogue(home), "mine"))


@pytest.fixture
def doubling(tmp_path: Path) -> Path:
    path = tmp_path / "doubling.onnx"
    path.write_bytes(doubling_graph())
    return path


def test_inputs_and_outputs_are_read_from_the_file(doubling: Path) -> None:
    network = describe(doubling).networks[0]
    assert [(spec.name, spec.shape) for spec in network.inputs + network.outputs] == [("x", (0, 2)), ("y", (0, 2))]


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(b"no network")
    with pytest.raises(ModelFileError, match="not an ONNX model"):
        describe(path)


def test_a_network_that_does_not_fit_its_family_leaves_nothing_behind(tmp_path: Path, doubling: Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(ModelContractError, match="wanted one input"):
        importing(home, doubling, "arcface")
    assert list((home / "models").iterdir()) == []
    with pytest.raises(CitygateError, match="no model 'mine'"):
        Catalogue(home).manifest.get("mine")


def test_an_id_that_is_none_is_refused_by_name(doubling: Path) -> None:
    with pytest.raises(ConfigurationError, match="as 'My Model'"):
        describe_file(doubling, "My Model", "yunet", "MIT", commercial_use=True, preprocessing=Preprocessing())


def test_an_id_is_listed_once(tmp_path: Path, doubling: Path) -> None:
    import_model(tmp_path, doubling, describe(doubling), check=lambda: None)
    with pytest.raises(Conflict, match="'mine' is listed already"):
        import_model(tmp_path, doubling, describe(doubling), check=lambda: None)


def test_a_users_model_gets_the_curve_that_was_measured_for_it(tmp_path: Path, doubling: Path) -> None:
    import_model(tmp_path, doubling, describe(doubling), check=lambda: None)
    set_calibration(tmp_path, "mine", CURVE)
    assert Catalogue(tmp_path).threshold("mine", 0.03) == pytest.approx(0.4)


def test_a_shipped_models_curve_is_not_the_users_to_set(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="mtcnn"):
        set_calibration(tmp_path, "mtcnn", CURVE)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("face_yunet_n_320", "yunet"),
        ("face_yunet_n_640", "yunet"),
        ("face_scrfd_500m_kps", "scrfd"),
        ("face_mobilefacenet_128", "arcface"),
        ("liveness_bin_128", "print-replay"),
        ("liveness_print_replay_128", "print-replay"),
    ],
)
def test_public_files_are_imported_and_open(tmp_path: Path, shared: Path, name: str, family: Family) -> None:
    importing(tmp_path, shared / "public-weights" / f"{name}.onnx", family)
    spec = Catalogue(tmp_path).manifest.get("mine")
    assert spec.family == family


@pytest.mark.shared_data
def test_a_detector_is_no_embedder(tmp_path: Path, shared: Path) -> None:
    with pytest.raises(CitygateError, match="wanted"):
        importing(tmp_path, shared / "public-weights" / "face_yunet_n_320.onnx", "arcface")
