"""What finds incidents in streets here, with and without a detector."""

from pathlib import Path

from models.manifest import load_manifests
from pipelines.networks import street_capabilities, street_classes
from pipelines.settings import Settings
from pipelines.street.kinds import Capabilities, read_kinds
from vision.street_classes import STREET_CLASSES


def available(here: Capabilities) -> set[str]:
    return {kind.code for kind in read_kinds().kind if kind.available(here)}


def test_the_shipped_detector_tells_all_classes_apart_and_none_is_there_without_it(tmp_path: Path) -> None:
    shipped = load_manifests(tmp_path)
    assert street_classes(shipped, Settings(home=tmp_path)) == frozenset(STREET_CLASSES)
    assert street_classes(shipped, Settings(home=tmp_path, street_detector=None)) == frozenset()


def test_without_a_detector_eleven_kinds_are_found() -> None:
    assert len(available(street_capabilities())) == 11


def test_with_the_detector_the_kinds_of_its_classes_are_found_too() -> None:
    found = available(street_capabilities(frozenset(STREET_CLASSES)))
    # 11 without; 16 of people and vehicles; garbage, overflow, pothole, burning, fire or smoke.
    assert len(found) == 32
    assert {"09009", "06010", "06042", "06013", "06020", "L02", "L03", "L05"} <= found
    # A vendor, a banner and thrown away furniture are of no class.
    assert not {"09001", "07007", "06035"} & found


def test_a_detector_of_people_and_vehicles_finds_no_fire() -> None:
    found = available(street_capabilities(frozenset({"person", "car"})))
    assert {"09009", "L03"} <= found
    assert not {"06010", "06042", "06013", "06020", "L02"} & found
