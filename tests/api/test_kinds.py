from tests.api.conftest import Api


def test_the_catalogue_says_of_every_kind_how_it_is_found_and_whether_it_is_here(api: Api) -> None:
    kinds = api.client.get("/v1/kinds").json()
    assert (len(kinds["items"]), kinds["next"]) == (54, None)
    found = {kind["code"] for kind in kinds["items"] if kind["available"]}
    without_classes = {"01037", "01050", "02014", "06014", "06036", "08002", "09005", "09012", "09019", "L07", "L09"}
    assert found == without_classes
    garbage = next(kind for kind in kinds["items"] if kind["code"] == "06010")
    assert garbage == {
        "code": "06010",
        "old_code": "01010",
        "name_zh": "暴露垃圾",
        "name_en": "exposed garbage",
        "grade": "D",
        "suspected": False,
        "ways": [{"by": ["visual_class"], "needs": ["trained_class"], "classes": ["garbage"]}],
        "available": False,
    }
