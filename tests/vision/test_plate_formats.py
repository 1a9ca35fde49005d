"""Which texts a plate of each kind may say."""

import pytest

from vision.plate_alphabet import PlateKind
from vision.plate_formats import FORMATS, fit, region_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("浙B2V9L7", "blue"),
        ("皖K66666", "yellow"),
        ("京EA5331", "yellow_double"),
        ("沪AF71017", "green"),
        ("皖AD11166", "green"),
        ("粤B12345D", "green_large"),
        ("鄂F8888警", "police"),
        ("WJ粤6788B", "armed_police_double"),
        ("WJ京12345", "armed_police"),
        ("使014001", "embassy"),
        ("014001使", "embassy"),
        ("沪A1707领", "consulate"),
        ("粤ZR066港", "hk_macau"),
        ("粤Z1234澳", "hk_macau"),
        ("琼A6716学", "learner"),
        ("京A1234挂", "trailer"),
        ("皖1946673", "agricultural_double"),
        ("民航B9016", "civil_aviation"),
    ],
)
def test_every_chinese_kind_has_its_format(text: str, kind: PlateKind) -> None:
    assert fit(text, kind) == 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("京A1234", "blue"),  # one character short
        ("A12345", "blue"),  # the province is cut off
        ("京A123456", "blue"),  # one too many: a green plate's text on blue
        ("京A12I45", "blue"),  # I is in no serial
        ("京A1O345", "blue"),  # nor is O
        ("京I12345", "blue"),  # nor is I an authority
        ("京ABCDEF", "blue"),  # a serial of letters alone
        ("12345京A", "blue"),
        ("京A12345", "green"),  # seven characters on a small new-energy plate
        ("京AL12345", "green"),  # L stands for no power
        ("京AD1234D", "green"),
        ("京AD12345", "green_large"),
        ("京A12345", "police"),
        ("京A1234警", "blue"),
        ("WJ12345", "armed_police"),  # no province
        ("京Z1234港", "hk_macau"),  # only Guangdong issues them
        ("粤A1234港", "hk_macau"),
        ("使1234", "embassy"),
        ("民航9016", "civil_aviation"),
        ("XC90", "latin"),  # a model's badge
        ("530D", "latin"),
        ("TAXI", "latin"),
        ("GARAGE", "latin"),  # letters alone, a shop's sign
        ("2016", "latin"),
        ("13812345678", "latin"),  # a telephone number
        ("175852", "latin"),  # the clock in a camera's picture
        ("京A12345", "latin"),
        ("ABC123456", "latin"),  # nine
        ("", "latin"),
    ],
)
def test_parts_badges_signs_and_other_kinds_fit_none(text: str, kind: PlateKind) -> None:
    assert fit(text, kind) == 0


@pytest.mark.parametrize(
    "text",
    ["AIW1523", "ABC1D23", "SN6497", "BA268IM", "AB12CDE", "9348BCD", "1ABC123", "B101JGV", "7ABC123", "ZH123456"],
)
def test_latin_plates_of_many_countries_fit(text: str) -> None:
    assert fit(text, "latin") == 2
    assert fit(text, "latin_double") == 2


def test_a_latin_text_of_no_known_country_fits_only_the_general_rule() -> None:
    assert fit("A1B2C3D4", "latin") == 1


def test_the_region_is_the_provinces_character_as_it_was_read() -> None:
    regions = [region_of(text, kind) for text, kind in (("浙B2V9L7", "blue"), ("WJ粤6788B", "armed_police"))]
    assert regions == ["浙", "粤"]
    assert region_of("014001使", "embassy") is None
    assert region_of("A12345", "blue") is None
    assert region_of("ABC1234", "latin") is None


def test_every_format_names_its_kinds() -> None:
    assert len({one.name for one in FORMATS}) == len(FORMATS)
    assert all(one.kinds for one in FORMATS)
