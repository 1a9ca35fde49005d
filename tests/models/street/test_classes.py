import numpy as np
import onnx
import pytest
from pydantic import ValidationError

from models.manifest import StreetSpec
from models.street.classes import class_places, read_map, street_spec
from tests.models.graphs import doubling_graph
from vision.errors import ConfigurationError


def file(names: str = "") -> onnx.ModelProto:
    model = onnx.load_from_string(doubling_graph())
    if names:
        model.metadata_props.add(key="names", value=names)
    return model


def test_names_and_places_may_both_be_mapped() -> None:
    street = StreetSpec(names=("van", "man", "tree"), classes={"van": "truck", "1": "person"})
    # truck is the sixth of ours, person the first.
    assert class_places(street, 3, "mine").tolist() == [5, 0, -1]


def test_a_name_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValidationError, match="got lorry"):
        StreetSpec(names=("van",), classes={"lorry": "truck"})


def test_names_in_the_file_that_are_ours_need_no_map() -> None:
    spec = street_spec(file("{0: 'person', 1: 'boat', 2: 'fire'}"), 3, {})
    assert spec.names == ("person", "boat", "fire")
    assert spec.classes == {"person": "person", "fire": "fire"}


def test_the_users_own_map_goes_first() -> None:
    spec = street_spec(file("{0: 'person', 1: 'boat'}"), 2, {"boat": "truck"})
    assert spec.classes == {"boat": "truck"}


def test_eighty_nameless_classes_are_those_of_coco() -> None:
    places = class_places(street_spec(file(), 80, {}), 80, "mine")
    assert np.flatnonzero(places >= 0).tolist() == [0, 1, 2, 3, 5, 7]
    assert places[[0, 1, 2, 3, 5, 7]].tolist() == [0, 1, 3, 2, 4, 5]


@pytest.mark.parametrize("names", ["", "no dict", "{0: 'boat', 1: 'tree'}"])
def test_other_classes_need_a_map(names: str) -> None:
    with pytest.raises(ConfigurationError, match="wanted a map from the network's 2 classes"):
        street_spec(file(names), 2, {})


def test_a_map_is_read_from_pairs() -> None:
    assert read_map(["2=car", "a=b=truck"]) == {"2": "car", "a=b": "truck"}


@pytest.mark.parametrize("pair", ["car", "=car", "2=lorry"])
def test_other_words_are_no_map(pair: str) -> None:
    with pytest.raises(ConfigurationError, match="wanted NETWORK=OURS"):
        read_map([pair])
