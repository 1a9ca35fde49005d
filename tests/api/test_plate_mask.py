import pytest

from api.plate_mask import masked


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("粤B12345", "粤B•••45"),
        ("粤AD12345", "粤A••••45"),
        ("AB12CD", "AB•••D"),
        ("AB123", "AB•••"),
        ("A123", "A•••"),
        ("123", "•••"),
        ("12", "••"),
        ("", ""),
    ],
)
def test_a_masked_plate_shows_two_characters_at_either_end_and_hides_three_at_least(text: str, hidden: str) -> None:
    assert masked(text) == hidden
