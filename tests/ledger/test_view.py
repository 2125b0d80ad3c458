"""What of an account a ledger is about, and what a snapshot without an image was."""

from typing import Any

import pytest
from snapnames.cli.ledger.view import View, size_of
from snapnames.cli.state.declared import Declared
from snapnames.rules.images import Use

from tests.ledger.accounts import OTHER, STACK, image, snapshot, view


def about(of: View) -> list[str]:
    """The names of the images that it is about."""
    return [one.name for one in of.images]


@pytest.mark.parametrize(
    ("declared", "taken"),
    [
        (Declared(), []),
        (Declared(STACK), ["web-1"]),
        (Declared(STACK, images={"ami-2": "web-2"}), ["web-2", "web-1"]),
        (Declared(STACK, names={"snap-2f": "x"}), ["web-2", "web-1"]),
        (Declared(STACK, owned={"snap-3a": "x"}), ["web-3", "web-1"]),
    ],
)
def test_a_stack_is_about_what_it_built_what_it_has_and_what_it_names(declared: Declared, taken: list[str]) -> None:
    """Newest first. Without a stack nothing is anybody's, and all of it is the account's."""
    images = (image(1), image(2, builder=OTHER), image(3, builder=None))

    assert about(view(*images, declared=declared)) == taken
    assert about(view(*images, declared=declared, account=True)) == ["web-3", "web-2", "web-1"]


@pytest.mark.parametrize(
    ("declared", "builder", "own"),
    [
        (Declared(STACK), STACK, True),
        (Declared(STACK), OTHER, False),
        (Declared(STACK, images={"ami-1": "web-1"}), None, True),
        (Declared(STACK, owned={"snap-1a": "x"}), None, False),
    ],
)
def test_an_image_is_the_stack_s_that_built_it_or_has_it(declared: Declared, builder: str | None, *, own: bool) -> None:
    """Not one that it only names."""
    assert view(declared=declared).own(image(1, builder=builder)) is own


@pytest.mark.parametrize(
    ("declared", "facts", "untracked"),
    [
        (Declared(STACK), {}, True),
        (Declared(STACK), {"state": "failed"}, True),
        (Declared(STACK), {"state": "transient"}, True),
        (Declared(STACK), {"state": "pending"}, False),
        (Declared(STACK), {"builder": OTHER}, False),
        (Declared(STACK, images={"ami-1": "web-1"}), {}, False),
        (Declared(STACK, leaving=frozenset(["ami-1"])), {}, False),
        (Declared(), {"builder": None}, False),
    ],
)
def test_an_image_is_untracked_that_the_stack_built_and_its_state_does_not_have(
    declared: Declared, facts: dict[str, Any], *, untracked: bool
) -> None:
    """Not while it is made or deleted."""
    assert view(declared=declared).untracked(image(1, **facts)) is untracked


@pytest.mark.parametrize(
    ("name", "releases", "service", "release"),
    [
        ("web-1", {}, "web", "1"),
        ("web-1", {"ami-1": "first"}, "web", "first"),
        ("db-1", {}, "web", None),
        ("web-1", {}, "", None),
        ("-1", {}, "", None),
        ("db-1", {"ami-1": "1"}, "web", "1"),
    ],
)
def test_the_release_of_an_image_is_what_the_stack_exports_or_what_its_name_says(
    name: str, releases: dict[str, str], service: str, release: str | None
) -> None:
    """Behind the service and a dash."""
    of = view(declared=Declared(STACK, releases=releases), service=service)

    assert of.release(image(1, name=name)) == release
    assert of.release(image(1, name=name, builder=OTHER)) is None


def test_the_name_of_a_release_counts_before_that_of_an_owned_image() -> None:
    """Of a snapshot that is declared by neither there is none."""
    of = view(declared=Declared(STACK, names={"snap-1": "release"}, owned={"snap-1": "owned", "snap-2": "owned"}))

    assert [of.name_for(one) for one in ("snap-1", "snap-2", "snap-3")] == ["release", "owned", None]


def test_uses_and_images_are_found_from_both_ends() -> None:
    """Of an image all its users, of a snapshot all its images, the oldest first."""
    first, second = Use("ami-1", "instance", "i-1"), Use("ami-1", "launch configuration", "web")
    of = view(image(1), image(2, {"/dev/xvda": "snap-1a"}), uses=(first, second))

    assert of.users == {"ami-1": [first, second]}
    assert of.behind == {"ami-1": ["snap-1f", "snap-1a"], "ami-2": ["snap-1a"]}
    assert {one: [image.name for image in images] for one, images in of.images_of.items()} == {
        "snap-1f": ["web-1"],
        "snap-1a": ["web-1", "web-2"],
    }


@pytest.mark.parametrize(
    ("name", "image_id", "of_stack", "of_account"),
    [
        # EC2's description tells the image: the stack has it, or its name tells whose it was.
        ("by hand", "ami-7", ("web-7", "ami-7"), ("web-7", "ami-7")),
        ("web-8(001)", "ami-8", ("web-8", "ami-8"), ("web-8", "ami-8")),
        ("db-8(001)", "ami-8", None, ("db-8", "ami-8")),
        ("by hand", "ami-8", None, ("ami-8", "ami-8")),
        (None, "ami-8", None, ("ami-8", "ami-8")),
        # The name alone tells: an image that is there is not meant by it.
        ("web-8(001)", None, ("web-8", None), ("web-8", None)),
        ("db-8(001)", None, None, ("db-8", None)),
        ("webs-8(001)", None, None, ("webs-8", None)),
        ("web-1(001)", None, None, None),
        ("web-8", None, None, None),
        ("web-8(1) old", None, None, None),
        (None, None, None, None),
    ],
)
def test_an_orphan_is_a_snapshot_that_was_behind_an_image_which_is_gone(
    name: str | None,
    image_id: str | None,
    of_stack: tuple[str, str | None] | None,
    of_account: tuple[str, str | None] | None,
) -> None:
    """As EC2 wrote on it, or as it is called. A backup is nobody's orphan."""
    there, gone = image(1), snapshot("snap-9", name, image_id=image_id)
    declared = Declared(STACK, {"ami-1": "web-1", "ami-7": "web-7"})
    of = view(there, snapshots=(snapshot("snap-1a", "x"), gone), declared=declared)
    everywhere = view(there, snapshots=(snapshot("snap-1a", "x"), gone), declared=declared, account=True)

    assert of.orphans == ([(gone, *of_stack)] if of_stack else [])
    assert everywhere.orphans == ([(gone, *of_account)] if of_account else [])


def test_a_name_that_the_stack_declares_makes_an_orphan_its_own() -> None:
    """Also where somebody took it away from the snapshot."""
    unnamed, renamed = snapshot("snap-8", None), snapshot("snap-9", "by hand", image_id="ami-9")
    declared = Declared(STACK, names={"snap-8": "db-8(001)", "snap-9": "db-9(001)"})

    assert view(snapshots=(unnamed, renamed), declared=declared).orphans == [
        (unnamed, "db-8", None),
        (renamed, "ami-9", "ami-9"),
    ]


def test_a_snapshot_without_a_name_is_no_orphan_by_its_name() -> None:
    """Though any name would be one of an image by that pattern."""
    assert view(snapshots=(snapshot("snap-9"),), patterns=("{image}",), account=True).orphans == []


def test_without_a_service_no_name_is_of_its_images() -> None:
    """A stack of owned images alone."""
    gone = snapshot("snap-9", "-9(001)")

    assert view(snapshots=(gone,), service="").orphans == []
    assert view(snapshots=(gone,), service="", account=True).orphans == [(gone, "-9", None)]


@pytest.mark.parametrize(
    ("pattern", "name", "image_name"),
    [
        ("{image}({index:03d})", "web-9(001)", "web-9"),
        ("{image}({index:03d})", "web-9(x)", None),
        ("{index} {image}.{device}", "12 web-9./dev/sdf", "web-9"),
        ("{image} {image}", "web-9 web-9", "web-9"),
        ("{image} {image}", "web-9 web-8", None),
        ("{image}[{device}]", "web-9[]", None),
        ("({index}) of {device}", "(1) of web-9", None),
        ("{{{image}}}", "{web-9}", "web-9"),
    ],
)
def test_a_name_tells_its_image_by_the_pattern_that_made_it(pattern: str, name: str, image_name: str | None) -> None:
    """Text of a pattern is text; one without the image tells nothing."""
    gone = snapshot("snap-9", name)

    found = view(snapshots=(gone,), patterns=("never {image}", pattern), account=True).orphans

    assert found == ([(gone, image_name, None)] if image_name else [])


def test_a_size_counts_each_snapshot_once_and_none_of_another_account() -> None:
    """By their ids."""
    snapshots = {one.snapshot_id: one for one in (snapshot("snap-1", size=8), snapshot("snap-2", size=20))}

    assert size_of(snapshots, ["snap-1", "snap-2", "snap-1", "snap-3"]) == 28
    assert size_of(snapshots, []) == 0
