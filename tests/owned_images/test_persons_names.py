"""What a person names after it was named here is theirs: at updates, after refreshes, and when the stack goes."""

from collections.abc import Callable, Mapping

import pytest
from snapnames.testing.localaws.server import LocalAws

from tests.account import writes
from tests.owned_images.accounts import PREVIOUS, ROOT, Account
from tests.program import Program

Make = Callable[..., Program]
Tags = Mapping[str, Mapping[str, str]]

SITUATIONS = (
    "ours",
    "adopted",  # called as the pattern says before the stack existed
    "unnamed early",
    "unnamed late",
    "renamed early",
    "renamed late",
    "kept",
    "kept, renamed early",
    "kept, renamed late",
)
"""Of a snapshot, which is called so: named by somebody before, or renamed before the second update or after it."""


def image_of(situation: str) -> str:
    """The name of the image; EC2 takes no comma."""
    return situation.replace(",", "")


def label(situation: str) -> str:
    """The snapshot that is in a situation."""
    return f"{image_of(situation)}:{ROOT}"


def begin(account: Account) -> None:
    """Make the images, and the names that are there before."""
    for situation in SITUATIONS:
        account.image(image_of(situation))
        if situation.startswith("kept"):
            account.name(label(situation), "theirs")
    account.name(label("adopted"), "adopted(001)")


def intervene(account: Account, when: str) -> None:
    """Do what a person does at that time."""
    for situation in SITUATIONS:
        if situation.endswith(f"renamed {when}"):
            account.name(label(situation), f"by hand {when}")
        elif situation == f"unnamed {when}":
            account.untag(label(situation), "Name")


def expected(tags: Tags) -> dict[str, Mapping[str, str]]:
    """The same by label."""
    return {label(situation): tags[situation] for situation in SITUATIONS}


REPLACED = {PREVIOUS: "theirs"}
UPDATED: dict[bool, Tags] = {
    False: {
        "ours": {"Name": "ours:1"},
        "adopted": {"Name": "adopted:1"},
        "unnamed early": {"Name": "unnamed early:1"},
        "unnamed late": {"Name": "unnamed late:1"},
        "renamed early": {"Name": "by hand early"},
        "renamed late": {"Name": "renamed late:1"},
        "kept": {"Name": "theirs"},
        "kept, renamed early": {"Name": "by hand early"},
        "kept, renamed late": {"Name": "theirs"},
    },
    True: {
        "ours": {"Name": "ours:1"},
        "adopted": {"Name": "adopted:1"},
        "unnamed early": {"Name": "unnamed early:1"},
        "unnamed late": {"Name": "unnamed late:1"},
        "renamed early": {"Name": "by hand early"},
        "renamed late": {"Name": "renamed late:1"},
        "kept": {"Name": "kept:1", **REPLACED},
        "kept, renamed early": {"Name": "by hand early", **REPLACED},
        "kept, renamed late": {"Name": "kept renamed late:1", **REPLACED},
    },
}
"""Situation to tags after the second update, which has another pattern; without and with `overwrite`."""

LATE: dict[bool, Tags] = {
    False: {
        **UPDATED[False],
        "unnamed late": {},
        "renamed late": {"Name": "by hand late"},
        "kept, renamed late": {"Name": "by hand late"},
    },
    True: {
        **UPDATED[True],
        "unnamed late": {},
        "renamed late": {"Name": "by hand late"},
        "kept, renamed late": {"Name": "by hand late", **REPLACED},
    },
}
"""After what a person did then, and so after a destroy that removes nothing."""

REMOVED: dict[bool, Tags] = {
    False: {**LATE[False], "ours": {}, "adopted": {}, "unnamed early": {}},
    True: {**LATE[True], "ours": {}, "adopted": {}, "unnamed early": {}, "kept": {"Name": "theirs"}},
}
"""After a destroy that removes what is ours."""


@pytest.mark.parametrize(
    ("refresh", "overwrite", "removes"),
    [
        ("never", False, False),
        ("never", False, True),
        ("never", True, False),
        ("never", True, True),
        ("as an option", False, False),
        ("as an option", True, True),
        ("as a command", False, True),
        ("as a command", True, False),
    ],
)
def test_a_persons_name_stays_through_another_pattern_a_refresh_and_a_destroy(
    account: Account,
    program: Make,
    refresh: str,
    *,
    overwrite: bool,
    removes: bool,
) -> None:
    """Ours change with the pattern, stay when the stack is destroyed, and go with it when the setting says so."""
    option = ["--refresh"] if refresh == "as an option" else []
    begin(account)
    stack = program({"ownedImages": {"overwrite": overwrite, "removeNamesOnDestroy": removes}})
    stack.up("--skip-preview")

    intervene(account, "early")
    if refresh == "as a command":
        stack.pulumi("refresh", "--yes", "--skip-preview")
    stack.config["namePattern"] = "{image}:{index}"
    stack.up("--skip-preview", *option)
    updated = account.tags()
    intervene(account, "late")
    late = account.tags()
    if refresh == "as a command":
        stack.pulumi("refresh", "--yes", "--skip-preview")
    stack.pulumi("destroy", "--yes", "--skip-preview", *option)

    assert updated == expected(UPDATED[overwrite])
    assert late == expected(LATE[overwrite])
    assert account.tags() == expected((REMOVED if removes else LATE)[overwrite])
    assert stack.resources() == []


def test_a_rename_is_remembered_until_the_snapshot_has_no_name_or_ours_again(account: Account, program: Make) -> None:
    """Over several updates, and although `overwrite` is switched on then."""
    account.image("web-1", [ROOT, "/dev/sdf", "/dev/sdg"])
    stack = program({"ownedImages": True})
    stack.up("--skip-preview")
    for snapshot in account.snapshots:
        account.name(snapshot, "by hand")

    stack.up("--skip-preview")
    stack.config["ownedImages"] = {"overwrite": True}
    stack.up("--skip-preview")
    remembered = account.tags(), stack.outputs()["ownedImages"]
    account.untag("web-1:/dev/sdf", "Name")
    account.name("web-1:/dev/sdg", "web-1(003)")
    stack.up("--skip-preview")

    assert remembered[0] == {snapshot: {"Name": "by hand"} for snapshot in account.snapshots}
    assert account.labelled(remembered[1].pop("kept")) == {
        snapshot: {"name": "by hand", "wanted": f"web-1(00{index})", "why": "it was renamed since it was named here"}
        for index, snapshot in enumerate(account.snapshots, start=1)
    }
    assert sorted(remembered[1].pop("renamed")) == sorted(account.snapshots.values())
    assert remembered[1] == {"names": {}, "found": [], "shared": {}, "skipped": {}, "removes": False}
    assert account.names() == {
        "web-1:/dev/sda1": "by hand",
        "web-1:/dev/sdf": "web-1(002)",
        "web-1:/dev/sdg": "web-1(003)",
    }
    assert account.labelled(stack.outputs()["ownedImages"]["names"]) == {
        "web-1:/dev/sdf": "web-1(002)",
        "web-1:/dev/sdg": "web-1(003)",
    }


def test_a_name_that_was_removed_is_warned_of_and_given_back_by_a_refresh(
    aws: LocalAws, account: Account, program: Make
) -> None:
    """Without one the state has it still."""
    account.image("web-1", [ROOT, "/dev/sdf"])
    stack = program({"ownedImages": True})
    stack.up("--skip-preview")
    account.untag("web-1:/dev/sdf", "Name")
    mark = aws.mark()

    said = stack.up("--skip-preview").out
    unrefreshed = writes(aws, mark)
    stack.up("--skip-preview", "--refresh")

    assert (
        f"warning: 1 snapshots have lost the Name that they got here, e.g. {account.snapshots['web-1:/dev/sdf']}: run "
        "`pulumi up --refresh` to give it back"
    ) in said
    assert unrefreshed == []
    assert account.names() == {"web-1:/dev/sda1": "web-1(001)", "web-1:/dev/sdf": "web-1(002)"}


def test_names_stay_when_their_removal_is_switched_off_before_the_destroy(account: Account, program: Make) -> None:
    """The last update's setting counts."""
    account.image("web-1")
    stack = program({"ownedImages": {"removeNamesOnDestroy": True}})
    stack.up("--skip-preview")

    stack.config["ownedImages"] = True
    stack.up("--skip-preview")
    stack.up("--skip-preview")
    without = {resource["type"] for resource in stack.resources()}
    stack.destroy()

    assert "pulumi-python:dynamic:Resource" not in without
    assert account.names() == {"web-1:/dev/sda1": "web-1(001)"}
