"""The ledger on a terminal."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console
from snapnames.cli.ledger.terminal import SHOWN, print_ledger

from .conftest import Look
from .releases import DEVICES, Releases

pytestmark = pytest.mark.xdist_group("ledger")

HOSTILE = "[red]\u202eweb\u200b \u009b31m\x1b]0;title\x07\n"


def test_a_name_can_neither_color_nor_turn_nor_command_the_terminal(releases: Releases, look: Look) -> None:
    """It shows as what it is, also where Rich reads marks, and every control character as its code."""
    releases.make("1")
    ledger = look(releases.state())
    image = replace(ledger.rows[0].image, name=HOSTILE)
    finding = replace(ledger.findings[0], text=HOSTILE)
    hostile = replace(ledger, rows=(replace(ledger.rows[0], image=image),), findings=(finding,))
    out = io.StringIO()

    print_ledger(Console(file=out, width=250), hostile, everything=True)

    written = out.getvalue()
    shown = r"[red]\u202eweb\u200b \x9b31m\x1b]0;title\x07\n"
    assert written.count(shown) == 2
    assert {character for character in written if not character.isprintable()} == {"\n"}


def test_many_findings_of_a_kind_are_counted_and_the_first_are_listed(releases: Releases, look: Look) -> None:
    """Each next step once, above those that it is for."""
    releases.make(*(str(number) for number in range(SHOWN // len(DEVICES) + 1)))
    for release in releases.images:
        for device in DEVICES:
            releases.unname(release, device)
    out = io.StringIO()

    print_ledger(Console(file=out), look(releases.state()), everything=True)

    lines = out.getvalue().splitlines()
    lines = lines[next(number for number, line in enumerate(lines) if line.startswith("drift: ")) :]
    assert lines[0] == f"drift: {SHOWN + 4} names that are not as declared"
    assert [line.startswith("  - snapshot snap-") for line in lines[1 : SHOWN + 3]].count(True) == SHOWN
    assert lines.count("    -> run `pulumi up --refresh`: it puts the name back") == 1
    assert lines[SHOWN + 2] == "  and 4 more: --json and --html list all"


def test_without_all_the_ledger_is_one_screen(releases: Releases, look: Look) -> None:
    """The sums come first, then the plan, then each kind of finding with its number and its first finding."""
    releases.make(*(str(number) for number in range(12)))
    for release in releases.images:
        releases.unname(release, DEVICES[0])
    out = io.StringIO()

    print_ledger(Console(file=out), look(releases.state(), account=True, keep=5, older_than=timedelta(days=90)))

    lines = out.getvalue().splitlines()
    assert lines[0].startswith(
        "all images of the account 123456789012 and the snapshots behind them in ap-northeast-2: 12 "
    )
    assert "what can be let go: 0 rows, at most 0 GiB" in out.getvalue()
    assert "kept by the first check that each did not pass: 12 young" in lines
    assert "drift: 12 names that are not as declared" in lines
    assert [line.startswith("  - ") for line in lines].count(True) == 2
    assert lines[-1] == "--all lists the images and the other findings"
    assert len(lines) < 24
