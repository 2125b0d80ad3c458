"""The page of what it costs."""

from pathlib import Path

from benchmarks import page


def test_the_page_is_what_the_results_say_and_nothing_is_typed_by_hand(tmp_path: Path) -> None:
    """Each figure of docs/benchmarks.md comes out of benchmarks/results/, and each chart that it shows is there."""
    written = page.PAGE.read_text(encoding="utf-8")

    made = page.text(tmp_path)

    drawn = sorted(chart.name for chart in tmp_path.iterdir())
    assert made == written
    assert drawn == sorted(chart.name for chart in page.CHARTS.iterdir())
