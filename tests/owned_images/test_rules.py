"""What becomes of each name: plain functions, over examples."""

from datetime import timedelta

import pytest
from snapnames.errors import InputError
from snapnames.rules.image_selection import ImageSelection
from snapnames.rules.images import Image
from snapnames.rules.owned_names import DeclaredName, OwnedNames, Record

from tests.owned_images.accounts import PREVIOUS, ROOT
from tests.owned_images.decisions import OTHER, OWN, decided, image


def test_the_oldest_of_the_selected_images_names_a_snapshot_that_they_share() -> None:
    """By the time of creation, whatever the ids; its place in that image counts."""
    shared = [
        image("newest", {ROOT: "snap-1"}, hours=1),
        image("a-middle", {"/dev/sdf": "snap-1", ROOT: "snap-2"}, hours=2),
        image("oldest", {"/dev/sdg": "snap-1"}, hours=3),
    ]

    everything = decided(shared)
    without = decided(shared, selection=ImageSelection(exclude=["oldest"]))

    assert everything == OwnedNames(
        declared={
            "snap-1": DeclaredName("oldest:/dev/sdg", "oldest(001)", None),
            "snap-2": DeclaredName("a-middle:/dev/sda1", "a-middle(001)", None),
        },
        shared={"snap-1": {"named_after": "oldest", "others": ["a-middle", "newest"]}},
    )
    assert without == OwnedNames(
        declared={
            "snap-2": DeclaredName("a-middle:/dev/sda1", "a-middle(001)", None),
            "snap-1": DeclaredName("a-middle:/dev/sdf", "a-middle(002)", None),
        },
        shared={"snap-1": {"named_after": "a-middle", "others": ["newest"]}},
    )


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (ImageSelection(["web-?"]), ["web-1"]),
        (ImageSelection(["*-1", "WEB-10"]), ["sql-1", "web-1"]),
        (ImageSelection([]), []),
        (ImageSelection(tags={"team": "web"}), ["sql-1", "web-1", "web-10"]),
        (ImageSelection(tags={"team": "web", "more": "x"}), []),
        (ImageSelection(tags={"team": "we*"}), []),
        (ImageSelection(minimum_age=timedelta(hours=2)), ["sql-1", "web-1"]),
        (ImageSelection(minimum_age=timedelta(hours=2, seconds=1)), ["sql-1"]),
        (ImageSelection(exclude=["web-1", "ami-sql*"]), ["web-10"]),
        (ImageSelection(["web-*"], {"team": "web"}, timedelta(hours=1), ["*0"]), ["web-1"]),
    ],
)
def test_a_filter_takes_an_image_when_all_of_it_holds(selection: ImageSelection, taken: list[str]) -> None:
    """Globs of names, tags value for value, the age to the second, globs of names and ids."""
    images = [
        image("web-10", {ROOT: "snap-1"}, hours=1),
        image("web-1", {ROOT: "snap-2"}, hours=2),
        image("sql-1", {ROOT: "snap-3"}, hours=3),
    ]

    found = decided(images, selection=selection)

    assert [declared.name for declared in found.declared.values()] == [f"{name}(001)" for name in taken]


def test_a_snapshot_that_a_release_built_is_left_to_its_stack_behind_whatever_image() -> None:
    """Its own without a word, though the release itself is filtered out; a copy of a release is an image as any."""
    found = decided(
        [
            image("web-1", {ROOT: "snap-1"}, hours=3, builder=OWN),
            image("other-1", {ROOT: "snap-2"}, hours=3, builder=OTHER),
            image("old-mix", {ROOT: "snap-1", "/dev/sdf": "snap-2", "/dev/sdg": "snap-3"}, hours=4),
            image("copy-1", {ROOT: "snap-4"}, builder=OTHER, copied=True),
        ],
        selection=ImageSelection(["old-mix", "copy-*"]),
    )

    assert found == OwnedNames(
        declared={
            "snap-3": DeclaredName("old-mix:/dev/sdg", "old-mix(003)", None),
            "snap-4": DeclaredName("copy-1:/dev/sda1", "copy-1(001)", None),
        },
        skipped={"snap-2": f"stack {OTHER} built its image and names it"},
    )


def tagged(count: int, **more: str) -> dict[str, str]:
    """So many tags of a user, one of AWS's own, and these."""
    return {**{f"key-{number}": "x" for number in range(count)}, "aws:backup:source": "x", **more}


@pytest.mark.parametrize(
    ("tags", "overwrite", "declared"),
    [
        (tagged(49), False, True),
        (tagged(50), False, False),
        (tagged(49, Name=""), False, True),
        (tagged(49, Name="web-1(001)"), False, True),
        (tagged(48, Name="by hand"), True, True),
        (tagged(49, Name="by hand"), True, False),
        (tagged(48, Name="by hand", **{PREVIOUS: "by hand"}), True, True),
    ],
)
def test_a_snapshot_that_has_no_room_for_the_tags_is_skipped(
    tags: dict[str, str], *, overwrite: bool, declared: bool
) -> None:
    """EC2 takes 50 of a user, and its own beside; a tag that is there already needs no room."""
    found = decided([image("web-1", {ROOT: "snap-1"})], {"snap-1": tags}, overwrite=overwrite)

    assert (list(found.declared), found.skipped) == (
        (["snap-1"], {}) if declared else ([], {"snap-1": "it has 50 tags, as many as EC2 takes"})
    )


def test_images_of_one_name_have_labels_of_their_own() -> None:
    """EC2 may list one that is gone beside the one that took its name."""
    twice = [image("web-1", {ROOT: "snap-1"}, hours=1), image("web-1", {ROOT: "snap-2"})]
    first, second = (
        Image(image_id, one.name, one.created, ROOT, one.snapshots, {})
        for image_id, one in zip(("ami-1", "ami-2"), twice, strict=True)
    )

    found = decided([first, second, image("web-2", {ROOT: "snap-3"})])

    assert [declared.label for declared in found.declared.values()] == [
        "web-1 ami-1:/dev/sda1",
        "web-1 ami-2:/dev/sda1",
        "web-2:/dev/sda1",
    ]


def test_a_pattern_that_does_not_suit_an_image_is_refused_for_the_selected_ones_only() -> None:
    """The message names the image."""
    images = [image("web-1", {ROOT: "snap-1"}), image("sql-1", {ROOT: "snap-2", "/dev/sdf": "snap-3"})]

    alone = decided(images, pattern="{image}", selection=ImageSelection(["web-*"]))
    with pytest.raises(InputError, match="gives /dev/sda1, /dev/sdf of image 'sql-1' the same name 'sql-1'"):
        decided(images, pattern="{image}")

    assert alone.declared == {"snap-1": DeclaredName("web-1:/dev/sda1", "web-1", None)}


def test_what_is_to_do_are_the_tags_that_the_record_does_not_have() -> None:
    """A name that is as it was is none. A previous name is a tag of its own, once."""
    names = OwnedNames(
        declared={
            "snap-new": DeclaredName("a:1", "new", None),
            "snap-same": DeclaredName("a:2", "same", None),
            "snap-changed": DeclaredName("a:3", "changed", None),
            "snap-replaced": DeclaredName("a:4", "replaced", "theirs"),
            "snap-kept": DeclaredName("a:5", "kept", "theirs"),
        }
    )

    to_do = names.to_do(Record({"snap-same": "same", "snap-changed": "before", "snap-kept": "kept", "snap-gone": "x"}))

    assert to_do == 4
