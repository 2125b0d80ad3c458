"""The page, opened in a real browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.ledger.book import Ledger, Reading, Region, keep
from snapnames.cli.ledger.page import page
from snapnames.cli.ledger.prices import Price

from tests.browser import Browser, Scheme, browser
from tests.ledger.accounts import NOON, image, snapshot, view

from . import test_plan_text
from .conftest import Look
from .releases import Releases

pytestmark = pytest.mark.xdist_group("ledger")

HOSTILE = (
    "<script>document.title='taken'</script><img src=http://127.0.0.1:9/x>\"'&amp; \u202egnp.exe \u009b31m {{ 7*7 }}"
)

LOW_CONTRAST = """
const channel = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
const color = text => text.match(/[\\d.]+/g).map(Number)
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05) }
const behind = node => {
  for (; node; node = node.parentElement) {
    const found = color(getComputedStyle(node).backgroundColor)
    if (found.length === 3 || found[3] > 0) return found
  }
  return [255, 255, 255]
}
const low = []
for (const node of document.querySelectorAll('body *')) {
  const text = [...node.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim()).join('')
  if (!text || !node.getClientRects().length) continue
  const found = ratio(color(getComputedStyle(node).color), behind(node))
  if (found < 4.5) low.push([text.slice(0, 40), found])
}
for (const node of document.querySelectorAll('.bar .part')) {
  const found = ratio(color(getComputedStyle(node).backgroundColor), behind(node.parentElement))
  if (found < 3) low.push([node.title, found])
}
return low
"""
"""Text with less contrast than 4.5, and bars with less than 3, the limits of WCAG 2.2 level AA."""

OVERLAPPING = """
const nodes = document.querySelectorAll('.chart .label, .chart .total, .chart .bar')
const boxes = [...nodes].map(node => node.getBoundingClientRect())
const over = (a, b) => a.top < b.bottom - 1 && b.top < a.bottom - 1 && a.left < b.right && b.left < a.right
return boxes.filter((box, i) => boxes.some((other, j) => j < i && over(box, other))).length
"""


WIDEST = """
const parts = [...document.querySelector('.chart .bar').children]
return parts.reduce((sum, part) => sum + part.getBoundingClientRect().width, 0)
"""
"""Pixels of a bar of the largest size."""


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    """One browser for all pages."""
    with browser() as running:
        yield running


@pytest.fixture
def of_many(releases: Releases, look: Look, ec2: EC2Client) -> Ledger:
    """The ledger of 200 releases, with a finding of most kinds."""
    releases.make(*(f"201803{number:08d}" for number in range(200)))
    state = releases.state()
    names = list(releases.images)
    releases.rename(names[0], "/dev/sdf", "edited")
    releases.unname(names[1], "/dev/sda1")
    ec2.deregister_image(ImageId=releases.images[names[2]])
    ec2.run_instances(ImageId=releases.images[names[3]], MinCount=1, MaxCount=1)
    return look(state)


def write(path: Path, ledger: Ledger) -> Path:
    """Write the page."""
    path.write_text(page(ledger), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_release_is_a_page_that_can_be_read_in_both_schemes(
    opened: Browser, releases: Releases, look: Look, tmp_path: Path, scheme: Scheme
) -> None:
    """Its bar has a part for each device, as wide as the device is large."""
    releases.make("1")
    file = write(tmp_path / "one.html", look(releases.state()))

    opened.open(file, scheme)

    assert opened.ask(LOW_CONTRAST) == []
    assert (opened.complaints(), opened.requests()) == ([], [file.as_uri()])
    dark = opened.ask("return getComputedStyle(document.documentElement).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")
    tips = opened.ask("return [...document.querySelectorAll('.bar .part')].map(node => node.title)")
    assert tips == ["1, /dev/sda1: 8 GiB", "1, /dev/sdf: 20 GiB", "1, /dev/sdg: 50 GiB", "1, /dev/sdh: 2 GiB"]
    widths = opened.ask("return [...document.querySelectorAll('.bar .part')].map(node => node.offsetWidth)")
    assert [round(80 * width / sum(widths)) for width in widths] == [8, 20, 50, 2]
    said = opened.ask("return document.querySelector('.bar[role=img]').ariaLabel")
    assert said == "1: /dev/sda1 8 GiB, /dev/sdf 20 GiB, /dev/sdg 50 GiB, /dev/sdh 2 GiB"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_of_several_regions_can_be_read_in_both_schemes_and_at_500_pixels(
    opened: Browser, tmp_path: Path, scheme: Scheme
) -> None:
    """A row for each region, also for one that could not be read, and one for all. The snapshots say their volume."""
    backups = (replace(snapshot("snap-9", "nightly"), volume_id="vol-9"),)
    views = [
        replace(view(image(number), snapshots=backups, account=True), region=region, volumes=frozenset[str]())
        for number, region in enumerate(("eu-west-1", "us-east-1"))
    ]
    ledger = keep(
        [Reading(one, Price(0.05, None, "here")) for one in views],
        taken=NOON,
        stack=None,
        unread=[Region("me-south-1", unread="AuthFailure")],
    )
    file = write(tmp_path / "regions.html", ledger)

    for width in (1400, 500):
        opened.open(file, scheme, width)

        assert opened.ask(LOW_CONTRAST) == []
        assert opened.ask("return document.documentElement.scrollWidth") <= width
        assert (opened.complaints(), opened.requests()) == ([], [file.as_uri()])
    rows = "return [...document.querySelectorAll('#regions tbody tr')].map(row => row.cells[1].textContent)"
    assert opened.ask(rows) == ["eu-west-1", "me-south-1", "us-east-1", "all that was read"]
    volumes = "return [...document.querySelectorAll('#others tbody tr')].map(row => row.cells[4].textContent)"
    assert opened.ask(volumes) == ["volume is gone vol-9"] * 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_plan_can_be_read_in_both_schemes_and_at_500_pixels(
    opened: Browser, tmp_path: Path, scheme: Scheme
) -> None:
    """It comes first. Its row has the whole id, and what no read looks at stands beneath it."""
    file = write(tmp_path / "plan.html", test_plan_text.ledger(test_plan_text.free()))

    for width in (1400, 500):
        opened.open(file, scheme, width)

        assert opened.ask(LOW_CONTRAST) == []
        assert opened.ask(OVERLAPPING) == 0
        assert opened.ask("return document.documentElement.scrollWidth") <= width
        assert (opened.complaints(), opened.requests()) == ([], [file.as_uri()])
    assert opened.ask("return document.querySelector('main > section').id") == "plan"
    [row] = opened.ask("return [...document.querySelectorAll('#plan tbody tr')].map(row => row.cells[1].textContent)")
    assert row.startswith(f"ami-{test_plan_text.LONG} web-20180209120000")
    notes = opened.ask("return [...document.querySelectorAll('#plan p.muted')].map(note => note.textContent)")
    assert any(note.startswith("not read: image ids in scripts") for note in notes)


def test_200_releases_are_a_bar_and_a_row_each_and_nothing_overlaps(
    opened: Browser, of_many: Ledger, tmp_path: Path
) -> None:
    """In both schemes, in a wide window and in that of a phone. Findings come first."""
    file = write(tmp_path / "many.html", of_many)

    for scheme, width in (("light", 1400), ("dark", 1400), ("light", 500), ("light", 400)):
        opened.open(file, scheme, width)  # type: ignore[arg-type] # a tuple of literals

        assert opened.ask("return document.querySelectorAll('.chart .bar').length") == 199
        assert opened.ask("return document.querySelectorAll('.bar .part').length") == 199 * 4
        assert opened.ask("return document.querySelectorAll('tbody tr').length") == 199
        assert opened.ask(OVERLAPPING) == 0
        assert opened.ask(WIDEST) > width / 2
        assert opened.ask("return document.documentElement.scrollWidth") <= width
        assert opened.ask(LOW_CONTRAST) == []
        assert (opened.complaints(), opened.requests()) == ([], [file.as_uri()])
    order = opened.ask("return [...document.querySelectorAll('main > section')].map(node => node.id)")
    counts = opened.ask(
        "return [...document.querySelectorAll('.kind')]"
        ".map(node => [node.dataset.kind, node.querySelectorAll('li').length, node.open])"
    )
    assert order == ["findings", "sizes", "images"]
    assert counts == [
        ["missing", 1, True],
        ["drift", 2, True],
        ["orphans", 4, True],
        ["unused", 198, False],
    ]


def test_the_table_sorts_by_a_column_and_shows_the_rows_that_have_a_text(
    opened: Browser, releases: Releases, look: Look, tmp_path: Path
) -> None:
    """Numbers are sorted as numbers. The page's policy allows this script by its hash."""
    releases.make("2", "10", "1")
    file = write(tmp_path / "sorted.html", look(releases.state()))
    cells = "document.querySelectorAll('tbody tr:not([hidden]) td:nth-child(2)')"
    shown = f"return [...{cells}].map(cell => cell.textContent.trim().split(' ')[0])"
    press = "document.querySelectorAll('thead button')[1].click();" + shown
    search = (
        "const i = document.querySelector('input'); i.value = 'WEB-10'; i.dispatchEvent(new Event('input'));" + shown
    )

    opened.open(file, "light")

    assert opened.ask(press) == ["1", "2", "10"]
    assert opened.ask(press) == ["10", "2", "1"]
    assert opened.ask(search) == ["10"]
    assert (opened.complaints(), opened.requests()) == ([], [file.as_uri()])


def test_hostile_names_are_text_and_nothing_else(
    opened: Browser, releases: Releases, look: Look, tmp_path: Path
) -> None:
    """Neither elements nor scripts nor requests, but the page's own script. What turns or hides text shows as code."""
    releases.make("1")
    releases.rename("1", "/dev/sdf", HOSTILE)
    ledger = look(releases.state())
    image = replace(ledger.rows[0].image, name=HOSTILE)
    file = write(
        tmp_path / "hostile.html",
        replace(ledger, stack=HOSTILE, rows=(replace(ledger.rows[0], image=image, release=HOSTILE),)),
    )

    opened.open(file, "light")

    shown = HOSTILE.replace("\u202e", "\\u202e").replace("\u009b", "\\x9b")
    assert opened.ask("return document.title") == f"snapnames ledger: {shown}"
    assert opened.ask("return document.querySelectorAll('script, img').length") == 1
    assert opened.ask("return document.querySelector('.name.drift').textContent") == shown
    assert opened.ask("return document.querySelector('.bar .part').title") == f"{shown}, /dev/sda1: 8 GiB"
    assert (opened.complaints(), opened.requests()) == ([], [file.as_uri()])


def test_more_devices_than_colors_share_the_last(
    opened: Browser, releases: Releases, look: Look, tmp_path: Path
) -> None:
    """The largest have one of their own."""
    releases.make("1")
    ledger = look(releases.state())
    [row] = ledger.rows
    lines = tuple(replace(row.lines[0], device=f"/dev/sd{letter}") for letter in "abcdefghij")
    file = write(tmp_path / "devices.html", replace(ledger, rows=(replace(row, lines=lines),)))

    opened.open(file, "dark")

    legend = opened.ask("return [...document.querySelectorAll('.legend li')].map(node => node.textContent)")
    tips = opened.ask("return [...document.querySelectorAll('.bar .part')].map(node => node.title)")
    assert legend == [*(f"/dev/sd{letter}" for letter in "abcdefg"), "others"]
    assert tips[-1] == "1, others: 24 GiB"
