"""`bench plate-crops`: what does this plate say? Crops that are one plate each, through the reader to a text."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from pydantic import JsonValue

from benchmarks.galleries import Gallery, Picture
from benchmarks.labels import read_picture
from benchmarks.options import BenchOptions
from benchmarks.peers.crnn import CRNN, CrnnReader
from benchmarks.peers.lprnet import LPRNET, LprnetReader
from benchmarks.peers.public_weights import open_public, weights_folder
from benchmarks.peers.rapidocr import RAPIDOCR, RapidOcr, RapidOcrReader
from benchmarks.plate_labels import read_crops
from benchmarks.plate_models import READER, listed_id
from benchmarks.plate_readers import WARM_UPS, CropReader, CropRun, OurReader, PeerReader, read_in_turn
from benchmarks.plate_texts import TextPair, confusions, is_exact, province_of, share, text_metrics
from benchmarks.result import Listing, Metrics, PeerResult, Result, UsedModel, this_machine
from benchmarks.timing import opencv_threads, percentiles_ms
from models.plates.open import open_plate_reader

OURS = "ours"
PEERS = ("crnn", "lprnet", "rapidocr")
MOST_CONFUSIONS = 30
MOST_ERRORS = 200


def run(options: BenchOptions, *, reader: str = READER, weights: Path | None = None) -> Result:
    """Exact texts, characters and times on the crops of `options.data`, each of which is one plate.

    Args:
        options: peers are `crnn`, `lprnet` and `rapidocr`.
        reader: id of a plate reader in the manifests, or an ONNX file of its family.
        weights: folder of the public networks; None: `public-weights` beside the data.

    Raises:
        ConfigurationError: no data, or an unknown model or peer, or a peer that cannot be set up.
        BadInput: a label or a picture that cannot be used.
        ModelError: a model that cannot be opened.
    """
    options.check_peers(PEERS)
    wanted = read_crops(options.data_folder, options.limit, options.seed)
    catalogue = options.open_catalogue()
    ours = listed_id(catalogue, reader, "plate-ctc")
    with ExitStack() as stack, opencv_threads(options.threads):
        readers: dict[str, CropReader] = {OURS: OurReader(open_plate_reader(catalogue, ours))}
        readers |= {peer: _peer(peer, options, weights, stack) for peer in options.peers}
        runs = read_in_turn(readers, wanted, options.progress)
    used = {"crnn": CRNN.used, "lprnet": LPRNET.used, "rapidocr": RAPIDOCR}
    return Result(
        benchmark="plate-crops",
        command=options.command,
        models=(UsedModel.of(catalogue.manifest.get(ours)), *(used[peer] for peer in options.peers)),
        machine=this_machine(options.provider, options.threads),
        n=len(wanted),
        metrics=crop_metrics(runs[OURS]),
        peers={peer: PeerResult(metrics=crop_metrics(runs[peer])) for peer in options.peers},
        ratios=speed_ratios(runs),
        conditions=_conditions(options),
        listings=listings(runs),
        galleries=(errors(list(wanted), runs),),
    )


def crop_metrics(run: CropRun) -> Metrics:
    """The contract's metrics of one reader."""
    return {**text_metrics(run.pairs), **percentiles_ms(run.seconds)}


def speed_ratios(runs: Mapping[str, CropRun]) -> dict[str, float]:
    """How many times as long each peer takes for a crop, by the medians."""
    ours = median(runs[OURS].seconds)
    return {f"read_speed_vs_{name}": median(run.seconds) / ours for name, run in runs.items() if name != OURS}


def listings(runs: Mapping[str, CropRun]) -> tuple[Listing, ...]:
    """Shares of exact texts by province and by length, and our most frequent wrong characters."""
    found = confusions(runs[OURS].pairs)[:MOST_CONFUSIONS]
    return (
        _by("province", runs, lambda pair: province_of(pair.wanted) or "none"),
        _by("length", runs, lambda pair: f"{len(pair.wanted)} characters"),
        Listing(title="Most frequent wrong characters", columns=("wanted", "got", "times"), rows=tuple(found)),
    )


def errors(pictures: Sequence[Path], runs: Mapping[str, CropRun]) -> Gallery:
    """The crops that ours did not read exactly: wanted, got, and what the peers said."""
    wrong = [number for number, pair in enumerate(runs[OURS].pairs) if not is_exact(pair)]
    shown = [Picture(read_picture(pictures[number]), _caption(number, runs)) for number in wrong[:MOST_ERRORS]]
    return Gallery("Not read exactly", tuple(shown))


def _caption(number: int, runs: Mapping[str, CropRun]) -> tuple[str, ...]:
    wanted = runs[OURS].pairs[number].wanted
    return (f"wanted {wanted}", *(f"{name} {run.pairs[number].got or 'nothing'}" for name, run in runs.items()))


def _by(what: str, runs: Mapping[str, CropRun], group_of: Callable[[TextPair], str]) -> Listing:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, pair in enumerate(runs[OURS].pairs):
        groups[group_of(pair)].append(number)
    rows: list[tuple[JsonValue, ...]] = []
    for group, numbers in sorted(groups.items(), key=lambda item: -len(item[1])):
        shares = [share([run.pairs[number] for number in numbers], is_exact) for run in runs.values()]
        rows.append((group, len(numbers), *shares))
    return Listing(title=f"Exact by {what}", columns=(what, "plates", *runs), rows=tuple(rows))


def _peer(peer: str, options: BenchOptions, weights: Path | None, stack: ExitStack) -> CropReader:
    if peer == "rapidocr":
        return RapidOcrReader(stack.enter_context(RapidOcr(options.home, options.threads, lines_only=True)))
    folder = weights_folder(options, weights)
    if peer == "crnn":
        return PeerReader(CrnnReader(open_public(CRNN, folder, options)))
    return PeerReader(LprnetReader(open_public(LPRNET, folder, options)))


def _conditions(options: BenchOptions) -> Metrics:
    conditions: Metrics = {
        "input": "one crop at a time, from decoded pixels to the text; the whole picture is the plate",
        "warm_ups": WARM_UPS,
        "char_accuracy": "1 - edits (Levenshtein) / labelled characters, over all crops",
        "exact_without_province": "the province's character may be any other, or missing",
    }
    if "rapidocr" in options.peers:
        conditions["rapidocr"] = f"{RAPIDOCR.id}, recognition only, timed in its own process"
    return conditions
