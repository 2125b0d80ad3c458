"""What proves an image to be the stack's own create, and which snapshots may be deleted after their image."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from snapnames.errors import InputError
from snapnames.rules.evidence import kept_by, unproven
from snapnames.rules.images import Image, Snapshot
from snapnames.rules.naming import DEFAULT_PATTERN, fits_pattern, snapshot_names
from snapnames.rules.tags import SECRET_MARK, check_image_tags

STACK, SOURCE = "organization/web/production", "i-0123456789abcdef0"
OURS = Image(
    "ami-1",
    "web-2",
    datetime(2018, 3, 7, tzinfo=UTC),
    snapshots={"/dev/sda1": "snap-1", "/dev/sdf": "snap-2"},
    tags={"snapnames:stack": STACK, "snapnames:service": "web"},
    source_instance_id=SOURCE,
)
BEHIND = [Snapshot("snap-1", made_for="ami-1"), Snapshot("snap-2", made_for="ami-1")]


def test_an_image_of_the_recorded_instance_with_its_own_snapshots_is_the_stack_s() -> None:
    """As an update leaves it whose answer of CreateImage was lost."""
    assert unproven(OURS, BEHIND, STACK, SOURCE) == ""


@pytest.mark.parametrize(
    ("change", "behind", "recorded", "why"),
    [
        ({"source_instance_id": ""}, BEHIND, SOURCE, "CreateImage did not make it: it has no source instance"),
        ({}, BEHIND[:1], SOURCE, "snap-2 behind it was not made for it"),
        ({}, [replace(one, made_for="ami-9") for one in BEHIND], SOURCE, "snap-1, snap-2 behind it were not made f"),
        ({"snapshots": {}}, BEHIND, SOURCE, "it has no snapshot"),
        ({"source_instance_id": "i-9"}, BEHIND, SOURCE, f"it was made of i-9, and this stack began it of {SOURCE}"),
        ({"copied": True}, BEHIND, SOURCE, "it does not bear the mark of this stack"),
        ({"tags": {}}, BEHIND, SOURCE, "it does not bear the mark of this stack"),
        ({}, BEHIND, None, "the state has no record of its create"),
    ],
    ids=str,
)
def test_an_image_that_another_principal_can_make_is_not_proven(
    change: dict[str, Any], behind: list[Snapshot], recorded: str | None, why: str
) -> None:
    """RegisterImage over somebody's snapshots with our name and tags, an image of another instance, or a copy."""
    assert unproven(replace(OURS, **change), behind, STACK, recorded).startswith(why)


@pytest.mark.parametrize(
    "tags",
    [
        {"keep": "forever"},
        {"retention": "7y"},
        {"LegalHold": "2018"},
        {"note": "DO NOT DELETE"},
        {"note": "DoNotDelete"},
        {"protected": "true"},
        {"Name": "payroll-archive"},
        {"Name": "web-20(001)"},
        {"Name": "backup of web-2"},
    ],
    ids=str,
)
def test_a_snapshot_that_says_keep_or_has_another_name_stays(tags: dict[str, str]) -> None:
    """Also if its Description names the image: a state can have the id of an image that was never the stack's."""
    assert kept_by(Snapshot("snap-1", tags), "web-2", None, DEFAULT_PATTERN)


@pytest.mark.parametrize(
    ("tags", "declared"),
    [
        ({}, None),
        ({"Name": "web-2(001)"}, None),
        ({"Name": "root of web"}, "root of web"),
        ({"team": "housekeeping", "threshold": "7"}, None),
        ({"aws:backup:keep": "x", "snapnames:keep": "y"}, None),
        ({"Do-Not-Delete": "False", "protection": "off"}, None),
    ],
    ids=str,
)
def test_a_snapshot_with_the_stack_s_name_or_without_one_goes(tags: dict[str, str], declared: str | None) -> None:
    """A word in which `keep` only occurs says nothing."""
    assert kept_by(Snapshot("snap-1", tags), "web-2", declared, DEFAULT_PATTERN) == ""


@pytest.mark.parametrize("pattern", [DEFAULT_PATTERN, "{image} {device}", "snap {index} of {image}", "{image}-{index}"])
def test_every_name_that_a_pattern_gives_fits_it_and_no_name_of_another_image_does(pattern: str) -> None:
    """The name of another release may begin in the same way."""
    names = snapshot_names("web-2", ["/dev/sda1", "/dev/sdf"], "/dev/sda1", pattern).values()

    assert all(fits_pattern(name, "web-2", pattern) for name in names)
    assert not any(fits_pattern(name, "web-20", pattern) or fits_pattern(name, "web", pattern) for name in names)


def test_the_key_by_which_pulumi_marks_a_secret_is_refused_in_tags() -> None:
    """Pulumi would take the tags for a secret that it can't decrypt, and every refresh would fail."""
    with pytest.raises(InputError, match="the key by which Pulumi marks a secret, and can't be read back: rename it"):
        check_image_tags({SECRET_MARK: "1"}, "snapnames:imageTags")
