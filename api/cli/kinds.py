"""`citygate kinds`: what incidents there are, and which of them this installation finds."""

from rich.table import Column, Table

from api.cli.console import console, failures_in_one_line
from models.manifest import load_manifests
from pipelines.networks import street_capabilities, street_classes
from pipelines.settings import Settings
from pipelines.street.kinds import read_kinds


@failures_in_one_line
def kinds() -> None:
    """List every kind of street incident: codes, names, grade, and whether it is found here without people."""
    settings = Settings.read()
    seen = street_classes(load_manifests(settings.home), settings)
    catalogue, here = read_kinds(), street_capabilities(seen)
    narrow = (Column(name, no_wrap=True) for name in ("code", "old code", "grade", "found here"))
    table = Table(*narrow, "name", "name", "by", "needs")
    for kind in catalogue.kind:
        found = "[green]yes[/]" if kind.available(here) else "no"
        grade = f"{kind.grade_here(here)}{' suspected' if kind.suspected else ''}"
        by = " or ".join(" + ".join(way.by) for way in kind.ways)
        needs = " or ".join(", ".join(way.needs) or "nothing" for way in kind.ways)
        table.add_row(kind.code, kind.old_code or "", grade, found, kind.name_zh, kind.name_en, by, needs)
    console.print(table)
