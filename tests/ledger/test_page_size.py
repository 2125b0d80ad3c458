"""How large the page is, and how it says what it leaves out."""

from datetime import timedelta

from snapnames.cli.ledger.book import Reading, keep
from snapnames.cli.ledger.page import FINDINGS, IMAGES, page
from snapnames.cli.ledger.plan import plan
from snapnames.rules.candidates import Answer, Limits

from .accounts import NOON, image, view

LARGE = 10_000
"""Images, with four snapshots each."""


def test_the_page_of_40000_snapshots_stays_under_two_megabytes_and_says_what_it_leaves_out() -> None:
    """With an unused image and four drifted names for each of them."""
    devices = ("/dev/xvda", "/dev/sdf", "/dev/sdg", "/dev/sdh")
    images = [
        image(
            number,
            {device: f"snap-{number}{device[-1]}" for device in devices},
            None,
            source_instance_id="i-1",
        )
        for number in range(LARGE)
    ]
    large = view(*images, uses=(), account=True)
    limits = Limits(5, timedelta(days=90), NOON + timedelta(days=9000))
    planned = plan([large], limits, lambda one: {read: Answer() for read in one.reads})
    ledger = keep([Reading(large, calls=50)], taken=limits.now, stack=None, plan=planned)

    text = page(ledger)

    assert len(text.encode()) < 2_000_000
    assert f"This page has the newest {IMAGES} of {LARGE} images" in text
    assert f"This page lists the first {FINDINGS} of {LARGE}." in text
    assert '<section id="plan">' in text
