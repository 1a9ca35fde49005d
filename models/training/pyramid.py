"""What the detectors' networks have in common: separable convolutions at three strides, fused from the coarsest on."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional


class ConvUnit(nn.Sequential):
    """Convolution, batch norm and ReLU; exported as one convolution.

    Args:
        padding: on each side; half the kernel unless given.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, *, groups: int = 1, padding: int | None = None
    ) -> None:
        around = kernel // 2 if padding is None else padding
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, around, groups=groups, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class Separable(nn.Module):
    """A depthwise and a pointwise convolution, added to their input where the shapes agree."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 5, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = ConvUnit(inputs, inputs, kernel, stride, groups=inputs)
        self.pointwise = ConvUnit(inputs, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, maps: Tensor) -> Tensor:
        found: Tensor = self.pointwise(self.depthwise(maps))
        return maps + found if self.residual else found


class TopDown(nn.Module):
    """Maps of three strides, finest first, to one of `neck` channels at each, with what the coarser ones saw added.

    Args:
        widths: channels of the maps.
        neck: channels of the fused maps.

    Source: Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017.
    """

    def __init__(self, widths: Sequence[int], neck: int) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(ConvUnit(width, neck, 1) for width in widths)
        self.fusions = nn.ModuleList(Separable(neck, neck) for _ in widths)

    def fused(self, found: Sequence[Tensor]) -> list[Tensor]:
        """The fused maps."""
        fused: list[Tensor] = []
        for index in reversed(range(len(found))):
            maps = self.laterals[index](found[index])
            if fused:
                maps = maps + functional.interpolate(fused[0], scale_factor=2.0, mode="nearest")
            fused.insert(0, self.fusions[index](maps))
        return fused


class Pyramid(TopDown):
    """Pictures (N, 3, H, W) in 0..1, H and W multiples of 32, to one map of `neck` channels at stride 8, 16 and 32.

    Args:
        widths: channels of the stem and the three stages.
        depths: separable convolutions of each stage.
        neck: channels of the fused maps.
    """

    def __init__(self, widths: Sequence[int], depths: Sequence[int], neck: int) -> None:
        stem, *stages = widths
        super().__init__(stages, neck)
        # One step down to a quarter: maps at half the size would take half of all the time, here and in training.
        self.stem = ConvUnit(3, stem, 6, 4, padding=1)
        first = ConvUnit(stem, stages[0], 3, 2)
        self.stages = nn.ModuleList()
        for index, (width, depth) in enumerate(zip(stages, depths, strict=True)):
            down = first if index == 0 else Separable(stages[index - 1], width, 3, 2)
            self.stages.append(nn.Sequential(down, *(Separable(width, width) for _ in range(depth))))

    def seen(self, pictures: Tensor) -> list[Tensor]:
        """The stages' maps, fused."""
        maps = self.stem((pictures - 0.45) * 4.0)
        found: list[Tensor] = []
        for stage in self.stages:
            maps = stage(maps)
            found.append(maps)
        return self.fused(found)
