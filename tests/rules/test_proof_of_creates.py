"""What proves that an image is a stack's own create, and which snapshots may go with it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from snapnames.rules.evidence import kept_by, unproven
from snapnames.rules.images import Image, Snapshot

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


def test_an_image_is_proven_by_its_mark_its_source_and_what_ec2_wrote_on_its_snapshots() -> None:
    """All of them together. Another snapshot that EC2 made for the image does no harm."""
    assert unproven(OWN, [*BEHIND, Snapshot("snap-3", made_for="ami-1")], STACK, "i-1") == ""


@pytest.mark.parametrize(
    ("changes", "recorded", "why"),
    [
        ({"tags": {}}, "i-1", "it does not bear the mark of this stack"),
        ({"copied": True}, "i-1", "it does not bear the mark of this stack"),
        ({"source_instance_id": ""}, "i-1", "CreateImage did not make it: it has no source instance"),
        ({}, None, "the state has no record of its create"),
        ({}, "i-2", "it was made of i-1, and this stack began it of i-2"),
        ({}, "", "it was made of i-1, and this stack began it of "),
        ({"snapshots": {}}, "i-1", "it has no snapshot"),
    ],
)
def test_an_image_that_is_not_proven_says_why(changes: dict[str, Any], recorded: str | None, why: str) -> None:
    """The first reason is enough."""
    assert unproven(replace(OWN, **changes), BEHIND, STACK, recorded) == why


def test_another_stack_s_image_is_not_this_one_s() -> None:
    """Also where everything else is right."""
    assert unproven(OWN, BEHIND, "other", "i-1") == "it does not bear the mark of this stack"


@pytest.mark.parametrize(
    ("behind", "why"),
    [
        ([], "snap-1, snap-2 behind it were not made for it"),
        (BEHIND[:1], "snap-1 behind it was not made for it"),
        ([*BEHIND[:1], Snapshot("snap-1", made_for="ami-2")], "snap-1 behind it was not made for it"),
        ([*BEHIND[:1], Snapshot("snap-1", copied_for="ami-1")], "snap-1 behind it was not made for it"),
    ],
)
def test_an_image_with_a_snapshot_that_ec2_did_not_make_for_it_says_which(behind: list[Snapshot], why: str) -> None:
    """Somebody else's data would be deleted with it."""
    assert unproven(OWN, behind, STACK, "i-1") == why


@pytest.mark.parametrize(
    ("tags", "declared"),
    [
        ({}, None),
        ({"Name": ""}, None),
        ({"Name": "web-1(001)"}, None),
        ({"Name": "mine"}, "mine"),
        ({"Name": "keep web-1"}, None),
        ({"aws:keep": "forever", "snapnames:keep": "x"}, None),
        ({"team": "keeper"}, None),
    ],
)
def test_a_snapshot_that_only_the_stack_has_named_may_be_deleted(tags: dict[str, str], declared: str | None) -> None:
    """The Name has the image's name in it, or is what the stack declared. A word has to be whole to say keep."""
    assert kept_by(Snapshot("snap-1", tags), "web-1", declared) == ""


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"Name": "payroll"}, "it is called 'payroll', and this stack did not name it so"),
        ({"Name": "web-2(001)"}, "it is called 'web-2(001)', and this stack did not name it so"),
        ({"Keep": ""}, "its tag Keep='' says to keep it"),
        ({"team": "do not delete"}, "its tag team='do not delete' says to keep it"),
        ({"Name": "web-1(001)", "policy": "RETAIN"}, "its tag policy='RETAIN' says to keep it"),
        ({"aws:x": "keep", "x": "hold"}, "its tag x='hold' says to keep it"),
    ],
)
def test_a_snapshot_that_somebody_has_named_or_marked_stays(tags: dict[str, str], why: str) -> None:
    """With the tag that says so."""
    assert kept_by(Snapshot("snap-1", tags), "web-1", "declared") == why
