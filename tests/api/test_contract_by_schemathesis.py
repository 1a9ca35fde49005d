"""Whatever is sent, the API answers as its own description says, and never with an error of its own."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from schemathesis import checks

from api.app import create_app
from pipelines.settings import Settings
from tests.api.conftest import LOT, Api, running
from tests.fakes import FakeClock

EXAMPLES = 20
THERE = {"gate_id": "north", "lot_id": LOT, "lane_id": "in", "rate_id": "visitors"}


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An installation with somebody enrolled and a gate, and a car inside a parking lot."""
    with running(tmp_path_factory.mktemp("fuzzed"), FakeClock()) as api:
        api.enrolled(1)
        api.add_gate(mode="identify", barrier={"kind": "simulated"})
        api.add_lot()
        api.enter("粤B12345")
        made = api.client.post("/v1/webhooks", json={"url": "https://hooks.example/", "kinds": ["plate.read"]})
        THERE["webhook_id"] = made.json()["id"]
        yield api


# Every operation but the stream of events, which never ends.
schema = schemathesis.openapi.from_dict(create_app(Settings(home=Path("unused"))).openapi()).exclude(
    path="/v1/events/stream"
)


@schema.hook
def map_path_parameters(_context: schemathesis.HookContext, parameters: dict[str, str] | None) -> dict[str, str] | None:
    """Half of the time the gate, the lot, the lane and the rate that are there."""
    there = {name: value for name, value in THERE.items() if len((parameters or {}).get(name, "")) % 2}
    return parameters | there if parameters else parameters


@schema.parametrize()
@hypothesis.settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
def test_every_answer_is_one_that_is_described(case: schemathesis.Case, living: Api) -> None:
    headers = {"Authorization": living.client.headers["Authorization"]}
    answer = case.call(base_url=str(living.client.base_url), headers=headers)
    # Some headers are not HTTP at all: the server refuses them before the API sees them.
    hypothesis.assume(answer.text != "Invalid HTTP request received.")
    case.validate_response(
        answer,
        checks=[
            checks.not_a_server_error,
            checks.status_code_conformance,
            checks.content_type_conformance,
            checks.response_schema_conformance,
            checks.unsupported_method,
            checks.allow_header_conformance,
            checks.ignored_auth,
        ],
    )
