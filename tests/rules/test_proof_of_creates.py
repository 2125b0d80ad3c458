"""The words in which a missing proof is said, and what is nearly a proof."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from snapnames.rules.evidence import kept_by, uncreated, unproven
from snapnames.rules.images import Image, Snapshot
from snapnames.rules.naming import DEFAULT_PATTERN

STACK = "organization/snapnames/test"
OWN = Image(
    "ami-1",
    "web-1",
    datetime(2018, 3, 7, tzinfo=UTC),
    snapshots={"/dev/sda1": "snap-1", "/dev/sdf": "snap-2"},
    tags={"snapnames:stack": STACK, "snapnames:service": "web"},
    source_instance_id="i-1",
)
BEHIND = [Snapshot("snap-2", made_for="ami-1"), Snapshot("snap-1", made_for="ami-1")]


def test_another_snapshot_that_ec2_made_for_an_image_does_no_harm() -> None:
    """It may have been taken out of the image's mappings."""
    assert unproven(OWN, [*BEHIND, Snapshot("snap-3", made_for="ami-1")], STACK, "i-1") == ""


def test_another_stack_s_image_is_not_this_one_s() -> None:
    """Also where everything else is right."""
    assert unproven(OWN, BEHIND, "other", "i-1") == "it does not bear the mark of this stack"


def test_a_create_that_was_begun_of_an_unknown_instance_proves_nothing() -> None:
    """An empty record is not the same as any instance."""
    assert unproven(OWN, BEHIND, STACK, "") == "it was made of i-1, and this stack began it of "


def test_a_copy_is_not_what_create_image_made() -> None:
    """Nobody can adopt it, whatever its tags say: its snapshots may be somebody's backup."""
    assert uncreated(replace(OWN, copied=True), BEHIND) == "it is a copy of another image"


@pytest.mark.parametrize(
    ("behind", "why"),
    [
        ([], "snap-1, snap-2 behind it were not made for it"),
        (BEHIND[:1], "snap-1 behind it was not made for it"),
        ([*BEHIND[:1], Snapshot("snap-1", copied_for="ami-1")], "snap-1 behind it was not made for it"),
    ],
)
def test_an_image_with_a_snapshot_that_ec2_did_not_make_for_it_says_which(behind: list[Snapshot], why: str) -> None:
    """Somebody else's data would be deleted with it. A copy for the image was not made for it."""
    assert unproven(OWN, behind, STACK, "i-1") == why
    assert uncreated(OWN, behind) == why


def test_an_empty_name_is_none() -> None:
    """Somebody may have cleared it by hand."""
    assert kept_by(Snapshot("snap-1", {"Name": ""}), "web-1", None, DEFAULT_PATTERN) == ""


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"Name": "keep web-1"}, "it is called 'keep web-1', and this stack did not name it so"),
        ({"Name": "web-2(001)"}, "it is called 'web-2(001)', and this stack did not name it so"),
        ({"Keep": ""}, "its tag Keep='' says to keep it"),
        ({"team": "do not delete"}, "its tag team='do not delete' says to keep it"),
        ({"Name": "web-1(001)", "policy": "RETAIN"}, "its tag policy='RETAIN' says to keep it"),
        ({"aws:x": "keep", "x": "hold"}, "its tag x='hold' says to keep it"),
    ],
)
def test_a_snapshot_that_somebody_has_named_or_marked_says_by_what_it_stays(tags: dict[str, str], why: str) -> None:
    """With the tag that says so, in its value or in its key."""
    assert kept_by(Snapshot("snap-1", tags), "web-1", "declared", DEFAULT_PATTERN) == why
