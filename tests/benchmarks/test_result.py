"""The JSON that outsiders read."""

import json

import numpy as np

from benchmarks.result import PeerResult, Result, UsedModel, this_machine
from benchmarks.verification import PairScores

KEYS = {"benchmark", "command", "models", "machine", "n", "metrics", "peers", "ratios"}
MACHINE_KEYS = {"cpu", "cores", "provider", "threads", "python", "onnxruntime"}


def result() -> Result:
    return Result(
        benchmark="faces",
        command="citygate bench faces --data x",
        models=(UsedModel(id="a", sha256="0" * 64),),
        machine=this_machine("cpu", 1),
        n=2,
        metrics={"accuracy": 0.5, "fnmr_at_fmr": {"1e-2": 0.25}, "at_shipped_threshold": None},
        peers={"dlib": PeerResult(metrics={"accuracy": 0.25})},
        ratios={"embed_speed_vs_dlib": 12.5},
        conditions={"warm_ups": 3},
        scores=PairScores(np.zeros(2, np.float32), np.array([True, False]), np.zeros(2, np.intp)),
    )


def test_the_json_has_the_keys_of_the_contract() -> None:
    found = json.loads(result().to_json())
    assert set(found) == {*KEYS, "conditions", "listings"}
    assert set(found["machine"]) == MACHINE_KEYS
    assert found["models"] == [{"id": "a", "sha256": "0" * 64}]
    assert found["metrics"] == {"accuracy": 0.5, "fnmr_at_fmr": {"1e-2": 0.25}, "at_shipped_threshold": None}
    assert found["peers"] == {"dlib": {"metrics": {"accuracy": 0.25}}}
    assert found["ratios"] == {"embed_speed_vs_dlib": 12.5}


def test_scores_stay_out_of_the_json() -> None:
    assert "scores" not in json.loads(result().to_json())


def test_the_machine_is_named() -> None:
    machine = this_machine("cpu", 3)
    assert machine.cpu
    assert machine.cores >= 1
    assert (machine.provider, machine.threads) == ("cpu", 3)
