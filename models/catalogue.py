"""From a manifest entry to a running network: find the bytes, verify them, convert them once, open them."""

import hashlib
import logging
from pathlib import Path

from models.convert.packaged import conversion_fingerprint, convert_packaged
from models.files import read_verified, write_atomically
from models.manifest import Manifest, ModelSpec, Network, PackagedSource, Task, load_manifests
from models.session import Provider, Session
from vision.calibration import FmrCurve
from vision.errors import ConfigurationError, ModelFileError, Uncalibrated

logger = logging.getLogger(__name__)


class Catalogue:
    """The models of one installation.

    Args:
        home: CITYGATE_HOME: the user's manifest, fetched files and the cache of converted networks.
        provider: where every network of this process runs.
        threads: threads inside one operator.

    Raises:
        ConfigurationError: a manifest is wrong.
    """

    def __init__(self, home: Path, provider: Provider = "cpu", threads: int = 1) -> None:
        self.home = home
        self.provider = provider
        self.threads = threads
        self.manifest: Manifest = load_manifests(home)

    def add(self, spec: ModelSpec) -> None:
        """List one more model in this catalogue alone; no manifest file changes.

        Raises:
            ConfigurationError: the id is listed already.
        """
        if any(listed.id == spec.id for listed in self.manifest.model):
            raise ConfigurationError(f"wanted an id of its own, got {spec.id!r} once more")
        self.manifest = Manifest(model=(*self.manifest.model, spec))

    def discard(self, model_id: str) -> None:
        """Take a model off this catalogue's list, if it is on it."""
        self.manifest = Manifest(model=tuple(spec for spec in self.manifest.model if spec.id != model_id))

    def spec(self, model_id: str, task: Task) -> ModelSpec:
        """The model's entry.

        Raises:
            ConfigurationError: no manifest lists the model, or it is for another task.
        """
        spec = self.manifest.get(model_id)
        if spec.task != task:
            raise ConfigurationError(f"{model_id}: wanted a model for {task}, got one for {spec.task}")
        return spec

    def open(self, model_id: str) -> tuple[Session, ...]:
        """One session for each network of the model, verified.

        Raises:
            ConfigurationError: no manifest lists the model.
            ModelError: its files are missing, damaged or not as listed, or the provider is not there.
        """
        spec = self.manifest.get(model_id)
        return tuple(
            Session(self.graph(spec, network), network, self.provider, self.threads) for network in spec.networks
        )

    def graph(self, spec: ModelSpec, network: Network) -> bytes:
        """The verified ONNX bytes of one network.

        Raises:
            ModelFileError: the file is missing, damaged or not the listed one.
        """
        if network.packaged:
            return self._converted(spec, network, network.packaged)
        if network.local:
            return read_verified(network.local.path, network.local.sha256)
        path = self.fetched_path(spec, network)
        if not path.exists():
            raise ModelFileError(f"{spec.id} is not on this machine; `citygate models fetch {spec.id}` gets it")
        return read_verified(path, network.source.sha256)

    def fetched_path(self, spec: ModelSpec, network: Network) -> Path:
        """Where a remote network's file lies once it was fetched."""
        return self.home / "models" / f"{spec.id}-{network.name}.onnx"

    def threshold(self, model_id: str, target_fmr: float) -> float:
        """The similarity from which on two embeddings of the model match at `target_fmr`.

        Raises:
            Uncalibrated: the model has no curve, or the target lies beyond it.
        """
        return self._curve(model_id).threshold_at(target_fmr)

    def margin(self, model_id: str, decades: float) -> float:
        """The difference in similarity that stands for so many decades of false match rate.

        Models spread their similarities so differently that no one margin would serve two of them.

        Raises:
            Uncalibrated: the model has no curve.
        """
        return self._curve(model_id).per_decade * decades

    def _curve(self, model_id: str) -> FmrCurve:
        curve = self.manifest.get(model_id).calibration
        if curve is None:
            raise Uncalibrated(f"{model_id} has no calibration; measure one with `citygate bench calibrate`")
        return curve

    def _converted(self, spec: ModelSpec, network: Network, source: PackagedSource) -> bytes:
        """The converted network out of the cache, or converted now; the cache may be deleted at any time."""
        cached = self.home / "cache" / f"{spec.id}-{network.name}-{conversion_fingerprint(source)}.onnx"
        digest = cached.with_suffix(".sha256")
        if cached.exists() and digest.exists():
            try:
                return read_verified(cached, digest.read_text(encoding="ascii"))
            except ModelFileError as error:
                logger.warning("converting again: %s", error)
        content = convert_packaged(source)
        write_atomically(cached, content)
        write_atomically(digest, hashlib.sha256(content).hexdigest().encode("ascii"))
        return content
