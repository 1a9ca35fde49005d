"""The catalogue of kinds: what the shipped list says, and what a wrong one is told."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from pipelines.street.kinds import NOTHING_HERE, Capabilities, Kind, read_kinds
from vision.errors import BadInput, ConfigurationError

SYMBOLS = {
    "objects": "i",
    "visual_class": "ii",
    "picture_statistics": "iii",
    "patrol_or_sensor": "iv",
    "text": "text",
    "motion": "motion",
}
KINDS = read_kinds()
ONE = '[[kind]]\ncode = "L01"\nname_zh = "a"\nname_en = "a"\ngrade = "A"\nways = [{ by = ["motion"], needs = [] }]\n'


def _available(*means: str, classes: tuple[str, ...] = ()) -> list[str]:
    """What is found by these means where there is a rule for every kind."""
    here = Capabilities(frozenset(KINDS.by_code), frozenset(means), frozenset(classes))
    return [kind.code for kind in KINDS.kind if kind.available(here)]


def _detected_by(kind: Kind) -> str:
    return "/".join("+".join(SYMBOLS[means] for means in way.by) for way in kind.ways)


def test_there_are_54_kinds_in_four_grades() -> None:
    assert len(KINDS.kind) == 54
    # 14 A + 18 B + 3 C + 19 D = 54, counted in kinds.tsv
    assert Counter(kind.grade for kind in KINDS.kind) == {"A": 14, "B": 18, "C": 3, "D": 19}


@pytest.mark.shared_data
def test_the_shipped_list_is_the_proposed_one_word_for_word(shared: Path) -> None:
    with (shared / "street" / "kinds.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == 54
    for row, kind in zip(rows, KINDS.kind, strict=True):
        assert (kind.code, kind.name_zh, kind.name_en) == (row["code"], row["name_zh"], row["name_en"])
        assert _detected_by(kind) == row["detected_by"]
        assert kind.grade + (" suspected" if kind.suspected else "") == row["grade"]


@pytest.mark.shared_data
def test_every_code_of_classes_06_to_10_is_one_of_the_transcription(shared: Path) -> None:
    lines = (shared / "street" / "gbt47678.5-2026-matters-06-10.tsv").read_text(encoding="utf-8").splitlines()
    listed = {line.partition("\t")[0] for line in lines}
    codes = [kind.code for kind in KINDS.kind if kind.code[:2] in ("06", "07", "08", "09", "10")]
    assert len(codes) == 38
    assert set(codes) <= listed


@pytest.mark.parametrize(
    ("code", "old"), [("06010", "01010"), ("07001", "02001"), ("08004", "03004"), ("09009", "04009")]
)
def test_the_classes_06_to_09_are_the_old_event_classes_01_to_04(code: str, old: str) -> None:
    assert KINDS.get(code).old_code == old


@pytest.mark.parametrize("code", ["L07", "10001", "01037", "02014", "01001-01023"])
def test_what_follows_from_no_old_event_has_no_old_code(code: str) -> None:
    assert KINDS.get(code).old_code is None


def test_where_nothing_serves_nothing_is_available() -> None:
    assert [kind.code for kind in KINDS.kind if kind.available(NOTHING_HERE)] == []


def test_picture_statistics_alone_make_every_kind_of_grade_a_available() -> None:
    found = _available("picture_statistics")
    assert set(found) >= {kind.code for kind in KINDS.kind if kind.grade == "A"}
    assert "09009" not in found


def test_objects_make_parking_available_but_no_visual_class() -> None:
    found = _available("objects")
    assert "09009" in found
    assert {"06010", "06013", "L02", "09006"}.isdisjoint(found)


def test_a_detector_without_a_rule_for_the_kind_finds_nothing() -> None:
    snow = KINDS.get("10001")
    statistics = Capabilities(means=frozenset({"picture_statistics"}))
    assert not snow.available(statistics)
    assert snow.available(Capabilities(frozenset({"10001"}), statistics.means))


def test_patrol_is_nothing_that_finds_by_itself() -> None:
    assert _available("patrol_or_sensor") == []


def test_a_trained_class_makes_its_kinds_available_and_raises_their_grade() -> None:
    classes = ("garbage",)
    assert _available("visual_class", classes=classes) == ["06010"]
    here = Capabilities(means=frozenset({"visual_class"}), classes=frozenset(classes))
    grades = [KINDS.get(code).grade_here(here) for code in ("06010", "06042", "06025")]
    assert grades == ["C", "D", "D"]
    assert KINDS.get("06010").grade_here(NOTHING_HERE) == "D"


def test_smoke_needs_a_class_and_motion() -> None:
    assert "L02" not in _available("visual_class", classes=("smoke",))
    assert "L02" in _available("visual_class", "motion", classes=("smoke",))


def test_a_customers_class_is_named_by_the_code_of_its_kind() -> None:
    assert _available("visual_class", classes=("07003",)) == ["07003"]


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(BadInput, match="wanted one of the 54 codes of the catalogue, got '06999'"):
        KINDS.get("06999")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "kind"),
        ("[[kind]\n", "Expected"),
        (ONE + ONE, "more than once: L01"),
        (ONE.replace("L01", "6010"), "code"),
        (ONE.replace('"A"', '"E"'), "grade"),
        (ONE.replace("needs = []", 'needs = ["luck"]'), "needs"),
        (ONE.replace("needs = []", 'needs = [], classes = ["fire"]'), "with visual_class only"),
        (ONE + "colour = 1\n", "colour"),
    ],
)
def test_a_wrong_list_is_refused_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "kinds.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=complaint):
        read_kinds(path)


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"kinds\.toml"):
        read_kinds(tmp_path / "kinds.toml")
