"""What the doctor asks of the environment and the folder of secrets: names that nobody reads."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from api.cli.findings import Finding
from pipelines.settings import SECRETS_DIR, Settings

_PREFIX = "CITYGATE_"
_KNOWN = sorted({SECRETS_DIR.removeprefix(_PREFIX)} | {name.upper() for name in Settings.model_fields})


def examine_names(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Settings that are misspelt take no effect and say nothing; their values, which may be secret, are not told.

    Args:
        environment: of this process.
    """
    given = {name for name in environment if name.upper().startswith(_PREFIX)}
    yield from _unknown("setting", given)
    folder = environment.get(SECRETS_DIR)
    if folder and Path(folder).is_dir():
        # Passwords of other services and what Kubernetes links lie beside ours.
        files = {one.name for one in Path(folder).iterdir() if one.is_file() and one.name.upper().startswith(_PREFIX)}
        yield from _unknown("secret", files)
        yield Finding("secrets", f"{folder} holds {sum(_bare(name) in _KNOWN for name in files)} settings")


def _unknown(what: str, names: Collection[str]) -> Iterator[Finding]:
    for name in sorted(names):
        if _bare(name) not in _KNOWN:
            meant = get_close_matches(_bare(name), _KNOWN, n=1)
            advice = (
                f"did you mean {_PREFIX}{meant[0]}?" if meant else "take it away; pipelines/settings.py has the names"
            )
            yield Finding(f"{what} {name}", "nobody reads it", advice)


def _bare(name: str) -> str:
    """As the settings have it, in capitals."""
    return name.upper().removeprefix(_PREFIX)
