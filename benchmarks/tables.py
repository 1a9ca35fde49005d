"""A result's figures as rows of words, for the terminal and for the report alike."""

from collections.abc import Iterator

from pydantic import JsonValue

from benchmarks.result import Listing, Metrics, Result

NOT_MEASURED = "-"
Row = tuple[str, ...]


def metric_columns(result: Result) -> Row:
    """Headings: the metric, ours, every peer."""
    return ("metric", "ours", *result.peers)


def metric_rows(result: Result) -> list[Row]:
    """A row for each metric, nested ones as `fnmr_at_fmr 1e-3`, with the peers' figures beside ours."""
    ours = dict(_flat(result.metrics))
    peers = [dict(_flat(peer.metrics)) for peer in result.peers.values()]
    names = list(dict.fromkeys([*ours, *(name for peer in peers for name in peer)]))
    return [(name, ours.get(name, NOT_MEASURED), *(peer.get(name, NOT_MEASURED) for peer in peers)) for name in names]


def ratio_rows(result: Result) -> list[Row]:
    """A row for each ratio to a peer."""
    return [(name, words(value)) for name, value in result.ratios.items()]


def setting_rows(result: Result) -> list[Row]:
    """What the figures hold for: the command, the models, the machine and the conditions."""
    models = [(f"model {model.id}", f"sha256 {model.sha256}") for model in result.models]
    machine = list(_flat(result.machine.model_dump()))
    return [("command", result.command), ("n", str(result.n)), *models, *machine, *_flat(result.conditions)]


def listing_rows(listing: Listing) -> list[Row]:
    """Its rows as words."""
    return [tuple(words(value) for value in row) for row in listing.rows]


def words(value: JsonValue) -> str:
    """A figure as one writes it: four digits of a fraction, nothing as a dash."""
    if value is None:
        return NOT_MEASURED
    if isinstance(value, float):
        return f"{value:.4g}"
    return ", ".join(words(item) for item in value) if isinstance(value, list) else str(value)


def _flat(metrics: Metrics, before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in metrics.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name} ")
        else:
            yield f"{before}{name}", words(value)
