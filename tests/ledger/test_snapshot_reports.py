"""What a finding about a snapshot says, and what is to be done about it."""

import pytest
from snapnames.cli.ledger.findings import Finding, findings
from snapnames.cli.state.declared import Declared

from tests.ledger.accounts import CHECKED, OTHER, SAFE, STACK, image, snapshot, view


@pytest.mark.parametrize(("live", "says"), [("by hand", "is called 'by hand'"), (None, "has no name")])
def test_a_name_that_is_not_as_declared_is_drift(live: str | None, says: str) -> None:
    """With both names."""
    declared = Declared(STACK, {"ami-1": "web-1"}, names={"snap-1a": "web-1(001)", "snap-1f": "x", "snap-gone": "y"})
    of = view(image(1), snapshots=(snapshot("snap-1a", live), snapshot("snap-1f", "x")), declared=declared)

    assert findings(of) == [
        Finding(
            "drift",
            f"snapshot snap-1a is declared as 'web-1(001)' and {says}",
            "run `pulumi up --refresh`: it puts the name back",
            "ami-1",
            "web-1",
            ("snap-1a",),
            declared="web-1(001)",
            live=live,
        )
    ]


def test_a_person_s_name_on_a_snapshot_of_an_owned_image_stays_and_a_lost_one_is_drift() -> None:
    """It may be behind no image any more. A release's name counts before an owned one's."""
    declared = Declared(STACK, names={"snap-3": "web-3(001)"}, owned={"snap-1": "a", "snap-2": "b", "snap-3": "c"})
    snapshots = (snapshot("snap-1", "by hand"), snapshot("snap-2"), snapshot("snap-3", "c"))

    found = [one for one in findings(view(snapshots=snapshots, declared=declared)) if one.kind == "drift"]

    assert [(one.snapshot_ids, one.image_id, one.image_name, one.declared, one.live) for one in found] == [
        (("snap-2",), None, None, "b", None),
        (("snap-3",), None, None, "web-3(001)", "c"),
    ]


@pytest.mark.parametrize(
    ("builder", "owns", "step"),
    [
        (STACK, False, "run `pulumi up --refresh`: it names the snapshots of this stack's images"),
        (OTHER, True, f"run `pulumi up --refresh` on the stack {OTHER}, which built the image"),
        (None, True, "run `snapnames name-owned`, and see snapnames:ownedImages if that leaves the image out"),
        (None, False, "run `pulumi config set snapnames:ownedImages true`, then `snapnames name-owned`"),
    ],
)
def test_a_snapshot_without_a_name_says_who_names_it(builder: str | None, step: str, *, owns: bool) -> None:
    """The stack that built its image, or this one if it names owned images."""
    snapshots = (snapshot("snap-1a"), snapshot("snap-1f", "x"))
    of = view(image(1, builder=builder), snapshots=snapshots, account=True, owns=owns)

    assert findings(of) == [
        Finding("unnamed", "snapshot snap-1a of image web-1 (ami-1) has no name", step, "ami-1", "web-1", ("snap-1a",))
    ]


def test_a_snapshot_without_a_name_is_found_once_with_the_oldest_of_its_images() -> None:
    """It is named after that. One of another account can't be named, and one that is to be named is drift."""
    declared = Declared(STACK, {"ami-1": "web-1", "ami-2": "web-2"}, names={"snap-2f": "x"})
    shared = image(2, {"/dev/xvda": "snap-1a", "/dev/sdf": "snap-2f"})
    snapshots = (snapshot("snap-1a"), snapshot("snap-2f"))

    found = findings(view(image(1), shared, snapshots=snapshots, declared=declared))

    assert [(one.kind, one.image_id, one.snapshot_ids) for one in found] == [
        ("drift", "ami-2", ("snap-2f",)),
        ("unnamed", "ami-1", ("snap-1a",)),
        ("shared", "ami-1", ("snap-1a",)),
    ]


def test_an_orphan_says_what_it_was_and_how_it_goes() -> None:
    """Its image is in the state, or known by its name, or by its id alone."""
    snapshots = (
        snapshot("snap-7", "by hand", 7, image_id="ami-7"),
        snapshot("snap-8", "web-8(001)", 8),
        snapshot("snap-9", None, 9, image_id="ami-9"),
    )
    declared = Declared(STACK, {"ami-7": "web-7"})

    verdicts = {"snap-8": SAFE, "snap-9": SAFE}

    found = findings(view(snapshots=snapshots, declared=declared, account=True, verdicts=verdicts))[1:]

    assert found == [
        Finding(
            "orphans",
            "snapshot snap-7 (by hand) was behind image web-7, which is gone",
            "run `snapnames recover --orphans`: it deletes what images left that the state of this stack has",
            "ami-7",
            "web-7",
            ("snap-7",),
            live="by hand",
            size=7,
        ),
        Finding(
            "orphans",
            "snapshot snap-8 (web-8(001)) was behind image web-8, which is gone",
            f"`aws ec2 delete-snapshot --snapshot-id snap-8` deletes it, if nobody needs its data{CHECKED}",
            None,
            "web-8",
            ("snap-8",),
            live="web-8(001)",
            size=8,
        ),
        Finding(
            "orphans",
            "snapshot snap-9 was behind image ami-9, which is gone",
            f"`aws ec2 delete-snapshot --snapshot-id snap-9` deletes it, if nobody needs its data{CHECKED}",
            "ami-9",
            None,
            ("snap-9",),
            size=9,
        ),
    ]


@pytest.mark.parametrize(
    ("declared_names", "other"),
    [
        ({"snap-1a": "x"}, "snap-8"),
        ({"snap-8": "x", "snap-1a": "y"}, "snap-1a"),
        ({}, "snap-8"),
    ],
)
def test_a_name_that_several_snapshots_bear_says_which_of_them_to_give_another_one(
    declared_names: dict[str, str], other: str
) -> None:
    """The first that it is not declared for; or the second, where it is declared for none."""
    declared = Declared(STACK, {"ami-1": "web-1"}, owned=declared_names)
    snapshots = (snapshot("snap-1a", "x"), snapshot("snap-1f", "y"), snapshot("snap-8", "x"), snapshot("snap-9", "x"))

    found = [one for one in findings(view(image(1), snapshots=snapshots, declared=declared)) if one.kind != "drift"]

    assert found == [
        Finding(
            "duplicates",
            "3 snapshots are called 'x': snap-1a, snap-8, snap-9",
            "a name that several snapshots share is no reason to delete any of them, and backups often have the name "
            f"of their volume; to tell them apart, give another name: `aws ec2 create-tags --resources {other} "
            "--tags Key=Name,Value=...`",
            snapshot_ids=("snap-1a", "snap-8", "snap-9"),
            live="x",
        )
    ]


def test_where_every_bearer_of_a_name_is_declared_so_all_but_the_first_have_another_one() -> None:
    """Two stacks, or two patterns, that give the same one."""
    declared = Declared(STACK, {"ami-1": "web-1"}, names={"snap-1a": "x", "snap-1f": "x"})
    snapshots = (snapshot("snap-1a", "x"), snapshot("snap-1f", "x"))

    (found,) = findings(view(image(1), snapshots=snapshots, declared=declared))

    assert "`aws ec2 create-tags --resources snap-1f --tags" in found.step


def test_a_name_that_two_strangers_bear_is_found_in_the_account_alone() -> None:
    """It is none of the stack's business; unnamed snapshots share no name."""
    snapshots = (snapshot("snap-8", "x"), snapshot("snap-9", "x"), snapshot("snap-6"), snapshot("snap-7"))

    assert findings(view(snapshots=snapshots)) == []
    assert [one.kind for one in findings(view(snapshots=snapshots, account=True))] == ["duplicates"]


def test_a_shared_snapshot_says_behind_which_images_it_is() -> None:
    """The oldest first. Of a stack it is found where one of the images is the stack's."""
    both = {"/dev/xvda": "snap-1"}
    images = image(1, both), image(2, both, builder=None)

    found = findings(view(*images))

    assert found == [
        Finding(
            "shared",
            "snapshot snap-1 is behind 2 images: web-1 (ami-1), web-2 (ami-2)",
            "it can be deleted when the last of them is deregistered: let go of all of them to save what it costs",
            "ami-1",
            "web-1",
            ("snap-1",),
        )
    ]
    strangers = (image(1, both, builder=None), image(2, both, builder=None))
    assert findings(view(*strangers)) == []
    assert [one.kind for one in findings(view(*strangers, account=True))] == ["shared"]
