"""The trained verifier as ONNX files."""

from collections.abc import Iterable
from pathlib import Path

import torch

from models.street.verifier import SIDE, close_views, said_of
from models.training.onnx_files import Inputs, export_checked, quantise
from models.training.verifier.network import ExportedNetwork, VerifierNetwork
from models.training.verifier.proposals import Proposed
from vision.street_classes import STREET_CLASSES

INPUTS = ("views", "said")
OUTPUTS = ("scores", "offsets")
_TOLERANCE = 1e-4
VIEWS = 32
"""Of one photo, where the ranges of all values are taken: their collector wants one shape."""
# In 8 bits they take longer, over few channels.
_FLOAT_PARTS = ("stem", "stages.0")


def export_network(network: VerifierNetwork, path: Path) -> None:
    """Write the network for any number of views.

    Raises:
        ModelContractError: onnxruntime computes something else than torch.
    """
    draw = torch.Generator().manual_seed(0)
    views = torch.rand(5, 3, SIDE, SIDE, generator=draw) * 2 - 1
    inputs = dict(zip(INPUTS, (views, torch.rand(5, len(STREET_CLASSES), generator=draw)), strict=True))
    axes = {name: {0: "count"} for name in (*INPUTS, *OUTPUTS)}
    two = {name: tensor[:2] for name, tensor in inputs.items()}
    export_checked(ExportedNetwork(network).eval(), path, two, inputs, axes, dict.fromkeys(OUTPUTS, _TOLERANCE))


def quantise_network(network: Path, quantised: Path, proposed: Iterable[Proposed]) -> None:
    """Write the 8-bit twin of a network; its ranges are those that these photos' first `VIEWS` proposals give."""
    quantise(network, quantised, (_inputs(one) for one in proposed), _FLOAT_PARTS)


def _inputs(one: Proposed) -> Inputs:
    views = close_views(one.photo.image(), one.boxes[:VIEWS])
    return dict(zip(INPUTS, (views, said_of(one.scores[:VIEWS], one.classes[:VIEWS])), strict=True))
