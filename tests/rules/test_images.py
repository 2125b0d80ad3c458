"""What an account holds: images and the snapshots behind them."""

from datetime import UTC, datetime

import pytest
from snapnames.rules.images import Holdings, Image, ImageWithSnapshots, Snapshot

NOON = datetime(2018, 3, 7, 12, tzinfo=UTC)


def image(number: int, **snapshots: str) -> Image:
    """An image with a snapshot for each of these devices."""
    return Image(f"ami-{number}", f"web-{number}", NOON, snapshots=snapshots)


def test_behind_an_image_are_the_snapshots_of_its_mappings_and_others_that_ec2_made_for_it() -> None:
    """Each once. One that another image's mapping has is not added, and one of an image that is gone is nobody's."""
    images = [image(1, a="snap-2", b="snap-1", c="snap-2"), image(2, a="snap-3")]
    snapshots = [
        Snapshot("snap-1", made_for="ami-1"),
        Snapshot("snap-3", made_for="ami-1"),
        Snapshot("snap-4", made_for="ami-1"),
        Snapshot("snap-5", copied_for="ami-2", made_for="ami-1"),
        Snapshot("snap-6", made_for="ami-9"),
        Snapshot("snap-7"),
    ]
    holdings = Holdings({one.image_id: one for one in images}, {one.snapshot_id: one for one in snapshots})

    assert holdings.behind() == {"ami-1": ["snap-2", "snap-1", "snap-4"], "ami-2": ["snap-3", "snap-5"]}


def test_an_image_tells_the_device_of_its_snapshot_and_its_size() -> None:
    """Of a snapshot that no mapping shows yet there is no device."""
    snapshots = (Snapshot("snap-1", size=8), Snapshot("snap-2", size=20), Snapshot("snap-3", size=50))
    found = ImageWithSnapshots(image(1, a="snap-1", b="snap-2"), snapshots)

    assert [found.device(one) for one in snapshots] == ["a", "b", ""]
    assert found.size == 78


@pytest.mark.parametrize(
    ("state", "unfinished"), [("available", False), ("disabled", False), ("pending", True), ("failed", True)]
)
def test_an_image_is_unfinished_while_it_is_made_or_when_that_has_failed(state: str, *, unfinished: bool) -> None:
    """A disabled image was finished once."""
    assert Image("ami-1", "web-1", NOON, state=state).unfinished is unfinished
