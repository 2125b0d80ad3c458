"""Names that are there already as they are wanted: found by reads in bulk alone, so that a lost state costs nothing."""

from collections import Counter
from collections.abc import Callable

import pytest
from snapnames.testing.localaws.server import LocalAws

from tests.faults import FaultProxy, Run
from tests.owned_images.accounts import PREVIOUS, ROOT, TWO, Account
from tests.program import Program

pytestmark = pytest.mark.fault("state lost")

Make = Callable[..., Program]


def test_a_state_that_is_lost_is_made_again_from_the_account_with_no_write(
    aws: LocalAws, account: Account, program: Make
) -> None:
    """Preview and update read in bulk alone; the names are the stack's own again, and a person's is not."""
    account.image("web-1", [ROOT, "/dev/sdf", "/dev/sdg"])
    account.name("web-1:/dev/sdf", "replaced")
    stack = program({"ownedImages": {"overwrite": True}})
    stack.up("--skip-preview")
    account.name("web-1:/dev/sdg", "by hand")
    stack.config["ownedImages"] = True
    stack.up("--skip-preview")
    before = account.tags()

    stack.lose_state()
    mark = aws.mark()
    stack.preview()
    previewed = Counter(aws.calls(mark))
    mark = aws.mark()
    stack.up("--skip-preview")
    updated = Counter(aws.calls(mark))
    stack.up("--skip-preview", "--refresh", "--expect-no-changes")

    assert previewed == updated == {"ec2.DescribeImages": 2, "ec2.DescribeSnapshots": 1}
    assert account.tags() == before
    assert before["web-1:/dev/sdf"] == {"Name": "web-1(002)", PREVIOUS: "replaced"}
    recorded = stack.outputs()["ownedImages"]
    assert account.labelled(recorded["names"]) == {"web-1:/dev/sda1": "web-1(001)", "web-1:/dev/sdf": "web-1(002)"}
    assert account.labelled(recorded["kept"])["web-1:/dev/sdg"]["name"] == "by hand"


def test_names_that_were_taken_over_follow_a_new_pattern(account: Account, program: Make) -> None:
    """They are names of the stack like any other."""
    account.image("web-1", TWO)
    account.name("web-1:/dev/sdf", "web-1(002)")
    stack = program({"ownedImages": True})
    stack.up("--skip-preview")

    stack.config["namePattern"] = "{image}:{index}"
    stack.up("--skip-preview")

    assert account.names() == {"web-1:/dev/sda1": "web-1:1", "web-1:/dev/sdf": "web-1:2"}


def test_a_name_that_was_found_and_is_lost_is_given_by_the_next_update(account: Account, program: Make) -> None:
    """Without a refresh, because each update reads the names of the account. Then the stack has a Tag for it."""
    account.image("web-1", TWO)
    for device, name in ((ROOT, "web-1(001)"), ("/dev/sdf", "web-1(002)")):
        account.name(f"web-1:{device}", name)
    stack = program({"ownedImages": True})
    stack.up("--skip-preview")
    account.untag("web-1:/dev/sdf", "Name")

    previewed = stack.preview().out
    stack.up("--skip-preview")
    account.untag("web-1:/dev/sdf", "Name")
    stack.up("--skip-preview", "--refresh")

    assert "tags to make or change: 1;" in previewed
    assert account.names() == {"web-1:/dev/sda1": "web-1(001)", "web-1:/dev/sdf": "web-1(002)"}
    stack.up("--skip-preview", "--refresh", "--expect-no-changes")


def test_names_that_were_found_go_with_the_stack_if_it_removes_names(account: Account, program: Make) -> None:
    """They are names of the stack like any other; one that a person has changed since is not."""
    account.image("web-1", TWO)
    for device, name in ((ROOT, "web-1(001)"), ("/dev/sdf", "web-1(002)")):
        account.name(f"web-1:{device}", name)
    stack = program({"ownedImages": {"removeNamesOnDestroy": True}})
    stack.up("--skip-preview")
    account.name("web-1:/dev/sdf", "by hand")

    stack.destroy()

    assert account.names() == {"web-1:/dev/sda1": None, "web-1:/dev/sdf": "by hand"}


def test_a_name_that_is_changed_while_the_others_are_given_stays_as_the_person_gave_it(
    account: Account, program: Make, proxy: FaultProxy
) -> None:
    """It was found before. Every later update keeps it like any other name of a person."""
    account.image("web-1", TWO)
    account.name("web-1:/dev/sdf", "web-1(002)")
    stack = program({"ownedImages": True}, endpoint=proxy.url)
    proxy.schedule.at("ec2.CreateTags", 1, Run(lambda _: account.name("web-1:/dev/sdf", "by hand")))

    stack.up("--skip-preview")
    stack.up("--skip-preview")
    recorded = stack.outputs()["ownedImages"]
    stack.destroy()

    assert account.labelled(recorded["names"]) == {"web-1:/dev/sda1": "web-1(001)"}
    assert account.labelled(recorded["kept"])["web-1:/dev/sdf"]["name"] == "by hand"
    assert account.names() == {"web-1:/dev/sda1": "web-1(001)", "web-1:/dev/sdf": "by hand"}


def test_a_name_that_is_given_while_its_snapshot_waits_for_its_turn_stays_as_the_person_gave_it(
    account: Account, program: Make, proxy: FaultProxy
) -> None:
    """The output says that it is kept, also when `overwrite` is set; later updates find it as any name of a person."""
    account.image("web-1", [ROOT, *(f"/dev/sdf{number}" for number in range(1, 100))])
    named, replaced = "web-1:/dev/sdf98", "web-1:/dev/sdf99"
    account.name(replaced, "replaced")
    stack = program({"ownedImages": {"namesPerSecond": 1000, "overwrite": True}}, endpoint=proxy.url)

    def name_both(_: object) -> None:
        for snapshot in (named, replaced):
            account.name(snapshot, "by hand")

    proxy.schedule.at("ec2.CreateTags", 1, Run(name_both))

    stack.up("--skip-preview")
    first = stack.outputs()["ownedImages"]
    stack.config["ownedImages"] = True
    stack.up("--skip-preview")

    assert {one: account.tags()[one] for one in (named, replaced)} == {
        named: {"Name": "by hand"},
        replaced: {"Name": "by hand", PREVIOUS: "replaced"},
    }
    assert account.labelled(first["kept"]) == {
        named: {"name": "by hand", "wanted": "web-1(099)", "why": "it was named while the update ran"},
        replaced: {"name": "by hand", "wanted": "web-1(100)", "why": "it was named while the update ran"},
    }
    assert len(first["names"]) == 98
    assert account.labelled(stack.outputs()["ownedImages"]["kept"]) == {
        named: {"name": "by hand", "wanted": "web-1(099)", "why": "it had a name already"},
        replaced: {"name": "by hand", "wanted": "web-1(100)", "why": "it had a name already"},
    }
