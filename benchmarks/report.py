"""A result as one HTML page that needs nothing beside it."""

import base64
from html import escape
from pathlib import Path
from string import Template

from benchmarks.galleries import Gallery, file_name, png
from benchmarks.plots import det_curve, score_histogram
from benchmarks.result import Result
from benchmarks.tables import Row, listing_rows, metric_columns, metric_rows, ratio_rows, setting_rows
from models.files import write_atomically

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #1b1b1b; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .9rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
td + td { font-variant-numeric: tabular-nums; }
figure { display: inline-block; margin: 0 1rem 1rem 0; }
img { max-width: 100%; }
figcaption { font-size: .8rem; }
</style>
</head>
<body>
<h1>$title</h1>
$body
</body>
</html>
""")


def write_report(result: Result, folder: Path) -> Path:
    """Write the page to `folder`/<benchmark>.html, whole or not at all, and say where it is.

    The pictures of its galleries lie in `folder`/<benchmark>/ too, one file each.
    """
    path = folder / f"{result.benchmark}.html"
    for gallery in result.galleries:
        for number, picture in enumerate(gallery.pictures):
            write_atomically(folder / result.benchmark / file_name(gallery, number), png(picture.image))
    write_atomically(path, render(result).encode())
    return path


def render(result: Result) -> str:
    """The page: figures, listings, plots where there are scores of both kinds, pictures, what the figures hold for."""
    parts = ["<h2>Figures</h2>", _table(metric_columns(result), metric_rows(result))]
    if result.ratios:
        parts += ["<h2>Against the peers</h2>", _table(("ratio", "times"), ratio_rows(result))]
    for listing in result.listings:
        parts += [f"<h2>{escape(listing.title)}</h2>", _table(listing.columns, listing_rows(listing))]
    parts += _plots(result)
    for gallery in result.galleries:
        parts += _gallery(gallery)
    parts += ["<h2>How they were measured</h2>", _table(("what", "value"), setting_rows(result))]
    return PAGE.substitute(title=escape(f"Citygate benchmark: {result.benchmark}"), body="\n".join(parts))


def _plots(result: Result) -> list[str]:
    scores = result.scores
    if scores is None or scores.genuine.size == 0 or scores.impostor.size == 0:
        return []
    return [
        "<h2>Scores</h2>",
        _figure(score_histogram(scores), "Histogram of the pairs' scores"),
        _figure(det_curve(scores), "DET curve"),
    ]


def _gallery(gallery: Gallery) -> list[str]:
    figures = []
    for picture in gallery.pictures:
        source = f"data:image/png;base64,{base64.b64encode(png(picture.image)).decode('ascii')}"
        words = "<br>".join(escape(line) for line in picture.caption)
        figures.append(f'<figure><img src="{source}" alt=""><figcaption>{words}</figcaption></figure>')
    return [f"<h2>{escape(gallery.title)}</h2>", *figures]


def _figure(svg: bytes, alt: str) -> str:
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"
    return f'<figure><img src="{source}" alt="{escape(alt)}"></figure>'


def _table(columns: Row, rows: list[Row]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    lines = ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    return "\n".join([f"<table><tr>{head}</tr>", *lines, "</table>"])
