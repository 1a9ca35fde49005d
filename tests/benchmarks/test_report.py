"""The page of a result, and its tables."""

import base64
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np

from benchmarks.galleries import Gallery, Picture
from benchmarks.report import render, write_report
from benchmarks.result import Listing, PeerResult, Result, this_machine
from benchmarks.tables import metric_columns, metric_rows, words
from benchmarks.verification import PairScores


def scores(threshold: float | None = 0.5) -> PairScores:
    score = np.array([0.9, 0.8, 0.4, 0.3, 0.2, 0.6], np.float32)
    same = np.array([True, True, True, False, False, False])
    return PairScores(score, same, np.zeros(6, np.intp), threshold)


def result(pair_scores: PairScores | None) -> Result:
    return Result(
        benchmark="faces",
        command="citygate bench faces --data '<here>'",
        models=(),
        machine=this_machine("cpu", 1),
        n=6,
        metrics={"accuracy": 0.98765, "fnmr_at_fmr": {"1e-3": 0.25}},
        peers={"dlib": PeerResult(metrics={"accuracy": 0.5, "embed_ms_p50": 30.0})},
        ratios={"embed_speed_vs_dlib": 12.34},
        scores=pair_scores,
    )


def plots_in(page: str) -> dict[str, ET.Element]:
    found = re.findall(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)">', page)
    return {alt: ET.fromstring(base64.b64decode(content)) for content, alt in found}  # noqa: S314 - our own plots


def test_the_page_holds_both_plots_whole() -> None:
    plots = plots_in(render(result(scores())))
    assert list(plots) == ["Histogram of the pairs&#x27; scores", "DET curve"]
    assert all(plot.tag == "{http://www.w3.org/2000/svg}svg" for plot in plots.values())


def test_the_plots_need_no_threshold() -> None:
    assert len(plots_in(render(result(scores(threshold=None))))) == 2


def test_a_result_without_scores_has_a_page_without_plots() -> None:
    page = render(result(None))
    assert plots_in(page) == {}
    assert "<td>accuracy</td><td>0.9877</td><td>0.5</td>" in page


def test_scores_of_one_kind_only_are_not_drawn() -> None:
    genuine_only = PairScores(np.array([0.5], np.float32), np.array([True]), np.zeros(1, np.intp))
    assert plots_in(render(result(genuine_only))) == {}


def test_the_page_refers_to_nothing_outside() -> None:
    page = render(result(scores()))
    sources = re.findall(r'(?:src|href)="([^"]{5})', page)
    assert sources == ["data:", "data:"]


def test_words_of_the_command_line_are_escaped() -> None:
    page = render(result(None))
    assert "&lt;here&gt;" in page
    assert "<here>" not in page


def test_the_page_is_named_after_the_benchmark(tmp_path: Path) -> None:
    path = write_report(result(None), tmp_path / "reports")
    assert path == tmp_path / "reports" / "faces.html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_peers_stand_beside_ours() -> None:
    assert metric_columns(result(None)) == ("metric", "ours", "dlib")
    assert metric_rows(result(None)) == [
        ("accuracy", "0.9877", "0.5"),
        ("fnmr_at_fmr 1e-3", "0.25", "-"),
        ("embed_ms_p50", "-", "30"),
    ]


def test_figures_are_written_with_four_digits() -> None:
    assert [words(value) for value in (0.123456, 12345.6, 7, None, True, [0.5, "x"])] == [
        "0.1235",
        "1.235e+04",
        "7",
        "-",
        "True",
        "0.5, x",
    ]


def pictured() -> Result:
    dark = Picture(np.zeros((10, 20, 3), np.uint8), ("wanted <A>", "got B"))
    listing = Listing(title="Exact by province", columns=("province", "ours"), rows=(("皖", 0.5), ("苏", None)))
    return result(None).model_copy(update={"listings": (listing,), "galleries": (Gallery("Errors", (dark, dark)),)})


def test_listings_are_tables_of_the_page_and_of_the_json() -> None:
    assert "<h2>Exact by province</h2>" in render(pictured())
    assert "<tr><td>皖</td><td>0.5</td></tr>\n<tr><td>苏</td><td>-</td></tr>" in render(pictured())
    assert "Exact by province" in pictured().to_json()


def test_pictures_lie_in_the_page_and_beside_it_with_their_words(tmp_path: Path) -> None:
    page = write_report(pictured(), tmp_path).read_text(encoding="utf-8")
    assert page.count('<img src="data:image/png;base64,') == 2
    assert "<figcaption>wanted &lt;A&gt;<br>got B</figcaption>" in page
    assert sorted(path.name for path in (tmp_path / "faces").iterdir()) == ["errors-000.png", "errors-001.png"]
    assert "galleries" not in pictured().to_json()
