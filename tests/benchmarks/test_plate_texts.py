"""What was read against what was wanted, by hand."""

import pytest

from benchmarks.plate_texts import (
    TextPair,
    confusions,
    is_exact_merged,
    is_exact_without_province,
    merged,
    nearest,
    province_of,
    text_metrics,
)


def test_o_and_i_are_zero_and_one_when_merged() -> None:
    assert merged("OI0AQ") == "010AQ"
    assert is_exact_merged(TextPair("ABO1", "AB0I"))
    assert not is_exact_merged(TextPair("ABQ1", "AB01"))


@pytest.mark.parametrize(
    ("text", "province"),
    [("皖A12345", "皖"), ("WJ粤6788B", "粤"), ("民航B9016", None), ("ABC123", None), ("", None), ("使123456", None)],
)
def test_the_province_of_a_plate(text: str, province: str | None) -> None:
    assert province_of(text) == province


@pytest.mark.parametrize(
    ("got", "right"),
    [
        ("皖A12345", True),
        ("苏A12345", True),
        ("0A12345", True),
        ("A12345", True),
        ("皖A12346", False),
        ("12345", False),
    ],
)
def test_without_the_province_only_the_rest_counts(got: str, right: bool) -> None:
    assert is_exact_without_province(TextPair("皖A12345", got)) is right


def test_a_province_in_the_middle_may_be_wrong_too() -> None:
    assert is_exact_without_province(TextPair("WJ粤6788B", "WJ皖6788B"))
    assert not is_exact_without_province(TextPair("WJ粤6788B", "WX粤6788B"))


def test_a_plate_without_a_province_is_taken_as_it_is() -> None:
    assert is_exact_without_province(TextPair("ABC123", "ABC123"))
    assert not is_exact_without_province(TextPair("ABC123", "XBC123"))


def test_the_metrics_of_four_plates() -> None:
    pairs = [
        TextPair("皖A12345", "皖A12345"),
        TextPair("皖A12345", "苏A12345"),
        TextPair("ABO123", "AB0123"),
        TextPair("ABC123", ""),
    ]
    # 1 of 4; the third too where O is 0; the second too without its province;
    # edits 0 + 1 + 1 + 6 = 8 of 7 + 7 + 6 + 6 = 26 characters: 1 - 8 / 26
    assert text_metrics(pairs) == {
        "exact": 0.25,
        "exact_merged": 0.5,
        "exact_without_province": 0.5,
        "char_accuracy": 0.6923,
    }


def test_no_plates_have_no_metrics() -> None:
    assert set(text_metrics([]).values()) == {None}


def test_made_up_characters_do_not_push_the_accuracy_below_nothing() -> None:
    assert text_metrics([TextPair("AB", "12345")])["char_accuracy"] == 0.0


def test_the_most_frequent_wrong_character_comes_first() -> None:
    pairs = [TextPair("A8", "AB"), TextPair("8C", "BC"), TextPair("ABC", "AC"), TextPair("AC", "ABC")]
    assert confusions(pairs) == [("8", "B", 2), ("B", "-", 1), ("-", "B", 1)]


def test_right_texts_have_no_confusions() -> None:
    assert confusions([TextPair("ABC", "ABC")]) == []


def test_the_nearest_text_needs_the_fewest_edits() -> None:
    assert nearest("ABC123", ["ABX12", "ABC128", "1"]) == "ABC128"
    assert nearest("ABC123", []) == ""


def test_of_texts_that_are_equally_near_one_that_is_equal_when_merged_wins() -> None:
    assert nearest("ABO123", ["ABX123", "AB0123"]) == "AB0123"
    assert nearest("ABO123", ["AB0123", "ABO123"]) == "ABO123"
