"""What a config leaves out, and what it has too much of."""

from typing import Any

import pytest

from tests.config.readings import GOOD, RELEASES_EMPTY, WRITE_SO, faults, read

SERVICE_MISSING = "snapnames:service is not set; image names begin with it: set it to the service's name"
SOURCE_MISSING = "snapnames:source is not set; "


def test_a_config_with_nothing_in_it_misses_all_that_has_no_default() -> None:
    """A stack is not taken for one of owned images alone."""
    said = faults({})

    assert said[:2] == [RELEASES_EMPTY, SERVICE_MISSING]
    assert [line[: len(SOURCE_MISSING)] for line in said[2:]] == [SOURCE_MISSING]


@pytest.mark.parametrize("more", [{}, {"namePattern": "{image} {index}"}])
def test_a_stack_of_owned_images_alone_needs_nothing_of_a_service(more: dict[str, str]) -> None:
    """A pattern is of both."""
    settings = read({"ownedImages": True, **more})

    assert (settings.owned_images, settings.service, settings.releases, settings.source) == ({}, "", (), "")
    assert (settings.live, settings.fleet) == ("", None)


@pytest.mark.parametrize("key", ["reboot", "description", "live", "fleet", "imageTags"])
def test_a_stack_of_owned_images_that_has_a_key_of_releases_needs_the_others_too(key: str) -> None:
    """It was meant to have releases."""
    assert SERVICE_MISSING in faults({"ownedImages": True, key: "x"})


@pytest.mark.parametrize("owned", [False, "false"])
def test_a_stack_that_owns_no_images_has_releases(owned: object) -> None:
    """As if the key were not there."""
    assert read({**GOOD, "ownedImages": owned}).owned_images is None
    assert SERVICE_MISSING in faults({"ownedImages": owned})


@pytest.mark.parametrize("key", ["imageTags", "snapshotTags"])
@pytest.mark.parametrize(
    ("value", "shown"), [(["team"], "['team']"), ("team", "'team'"), ({"build": 7}, "{'build': 7}"), (7, "7")]
)
def test_tags_of_another_kind_are_a_fault(key: str, value: object, shown: str) -> None:
    """They would not be put on anything otherwise, without a word."""
    assert faults({**GOOD, key: value}) == [f"snapnames:{key} is {shown}; it wants a map of texts: {WRITE_SO}"]


@pytest.mark.parametrize("key", ["imageTags", "snapshotTags"])
def test_tags_are_checked_by_the_rules_of_ec2(key: str) -> None:
    """Those on the snapshots too."""
    assert faults({**GOOD, key: {"Name": "x"}}) == [f"tag 'Name' in snapnames:{key} is set by snapnames: take it out"]


@pytest.mark.parametrize(
    ("live", "line"),
    [
        ("1", None),
        (
            "3",
            (
                "snapnames:live is '3', which is not in snapnames:releases (2, 1); the fleet runs one of these: put it "
                "back into the list, or set live to one of them"
            ),
        ),
    ],
)
def test_the_live_release_is_one_of_the_list(live: str, line: str | None) -> None:
    """Without the key it is the newest."""
    assert faults({**GOOD, "live": live}) == ([line] if line else [])
    assert read(GOOD).live == "2"


@pytest.mark.parametrize("length", [255, 256])
def test_a_description_is_as_long_as_ec2_takes_it(length: int) -> None:
    """255 characters."""
    said = faults({**GOOD, "description": "d" * length})

    assert said == (
        [] if length == 255 else ["snapnames:description has 256 characters; EC2 takes at most 255: shorten it"]
    )


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"description": "a\nb"}, "description"),
        ({"source": {"ro\x1ble": "web"}}, "source"),
        ({"source": {"role": "we\x1bb"}}, "source.role"),
        ({"fleet": {"instanceType": "t3.small", "zones": ["a", "b\x1b"]}}, "fleet.zones"),
        ({"fleet": {"instanceType": "t3.small", "zones": ["a"], "tags": {"te\x1bam": "x"}}}, "fleet.tags"),
        ({"ownedImages": {"names": ["web\x1b"]}}, "ownedImages.names"),
    ],
)
def test_text_that_a_terminal_would_obey_is_a_fault_wherever_it_is(changes: dict[str, Any], path: str) -> None:
    """In a list, in a tag and in its key."""
    character = "\n" if path == "description" else "\x1b"

    assert faults({**GOOD, **changes}) == [
        f"snapnames:{path} contains {character!r}; config is printable text of one line: take it out"
    ]


def test_user_data_may_have_any_character() -> None:
    """It is a script, and no line of anybody's terminal."""
    fleet = {"instanceType": "t3.small", "zones": ["a"], "userData": "#!/bin/sh\necho \x1b\n"}

    assert faults({**GOOD, "fleet": fleet}) == []
