import pytest

from pipelines.parking.plates import normalised
from vision.errors import BadInput


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("粤B·12345", "粤B12345"),
        ("粤b 12345", "粤B12345"),
        ("粤Ｂ１２３４５", "粤B12345"),
        ("mü-ab 12", "MUAB12"),
        ("O0-I1", "O0I1"),
    ],
)
def test_a_plate_is_compared_as_a_reader_reads_it(written: str, read: str) -> None:
    assert normalised(written) == read
    assert normalised(read) == read


@pytest.mark.parametrize("text", ["", " - ", "ABCDEFGHIJKLM", "B12?45", "Б123", "車123"])
def test_what_is_on_no_plate_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(BadInput, match="plate: wanted") as caught:
        normalised(text)
    assert not text.strip(" -") or text not in str(caught.value)
