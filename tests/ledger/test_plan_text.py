"""The plan where a person reads it: in a terminal of 80 columns, on the page, and in the script."""

import io
from dataclasses import replace

from rich.console import Console
from snapnames.cli.ledger.book import Ledger, Reading, keep
from snapnames.cli.ledger.document import document
from snapnames.cli.ledger.page import page
from snapnames.cli.ledger.plan import plan
from snapnames.cli.ledger.plan_script import script
from snapnames.cli.ledger.terminal import print_ledger
from snapnames.rules.letting_go import UNSEEN

from .needs import LIMITS, Thing, free_image, reading, viewed

ACCOUNT = "123456789012"
LONG = "0123456789abcdef0"


def ledger(*things: Thing) -> Ledger:
    """The ledger of an account of these things."""
    view = viewed(things).knowing(region="eu-west-1")
    planned = plan([view], LIMITS, reading(things))
    return keep([Reading(view, calls=1)], taken=LIMITS.now, stack=None, plan=planned)


def printed(found: Ledger, width: int = 80) -> str:
    """What a terminal shows."""
    out = io.StringIO()
    print_ledger(Console(file=out, width=width, force_terminal=True, color_system=None), found)
    return out.getvalue()


def free() -> Thing:
    """An image that can go, with an id as long as EC2's and a long name and owner."""
    made = free_image(1)
    image_id = f"ami-{LONG}"
    made.snapshots = [replace(one, made_for=image_id) for one in made.snapshots]
    tags = {"snapnames:service": "web", "Owner": "the-shop-and-its-friends"}
    made.change(image_id=image_id, name="web-20180209120000-of-the-shop", tags=tags)
    return made


def test_an_id_is_whole_in_a_terminal_of_80_columns() -> None:
    """It is there to be copied. Nothing else of the row is cut either."""
    shown = printed(ledger(free()))

    assert f"ami-{LONG} " in shown
    assert "\u2026" not in shown
    assert max(map(len, shown.partition("saves at most  ")[2].partition("each image")[0].splitlines())) <= 80


def test_what_no_read_looks_at_is_said_beside_the_rows() -> None:
    """In every form that a person acts on. A plan without a row has nothing to act on."""
    found, empty = ledger(free()), ledger()
    assert found.plan is not None

    text = script(found.plan, ACCOUNT)

    comments = " ".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# "))
    assert f"Not read, and not checked here: {UNSEEN}." in comments
    assert f"not read: {UNSEEN}." in printed(found)
    assert f"not read: {UNSEEN}." in page(found)
    assert document(found)["plan"]["not_looked_at"] == UNSEEN
    assert UNSEEN not in printed(empty)
