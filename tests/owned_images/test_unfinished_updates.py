"""Updates that fail, or do a part only: the next one goes on, and takes nothing of ours for a person's."""

from collections.abc import Callable

import pytest
from mypy_boto3_ec2 import EC2Client

from tests.account import launch
from tests.faults import Fail, FaultProxy
from tests.owned_images.accounts import PREVIOUS, ROOT, TWO, Account
from tests.program import Program

Make = Callable[..., Program]
REFUSED = Fail(code="UnauthorizedOperation", status=403)
"""What the provider does not try again."""


def refuse_once(proxy: FaultProxy, name: str) -> None:
    """Let the next CreateTags fail that would give this name."""
    proxy.schedule.at(lambda call: call.name == "ec2.CreateTags" and call.parameters["Tag.1.Value"] == name, 1, REFUSED)


def recorded(stack: Program, account: Account) -> dict[str, str]:
    """Label to the name that the outputs say was given."""
    return account.labelled(stack.outputs().get("ownedImages", {}).get("names", {}))


@pytest.mark.parametrize("options", [[], ["--continue-on-error"]])
def test_a_name_that_could_not_be_replaced_is_replaced_by_the_next_update(
    account: Account, program: Make, proxy: FaultProxy, options: list[str]
) -> None:
    """It is still the name of before, and nobody's rename."""
    account.image("web-1", TWO)
    account.name("web-1:/dev/sdf", "by hand")
    stack = program({"ownedImages": {"overwrite": True}}, endpoint=proxy.url)
    refuse_once(proxy, "web-1(002)")

    stack.up("--skip-preview", *options, code=1)
    left, record = account.tags(), recorded(stack, account)
    stack.up("--skip-preview")

    assert left == {
        "web-1:/dev/sda1": {"Name": "web-1(001)"},
        "web-1:/dev/sdf": {"Name": "by hand", PREVIOUS: "by hand"},
    }
    assert record == ({"web-1:/dev/sda1": "web-1(001)"} if options else {})
    assert account.tags() == {
        "web-1:/dev/sda1": {"Name": "web-1(001)"},
        "web-1:/dev/sdf": {"Name": "web-1(002)", PREVIOUS: "by hand"},
    }


@pytest.mark.parametrize("options", [[], ["--continue-on-error"]])
def test_a_name_that_could_not_be_changed_is_ours_still(
    account: Account, program: Make, proxy: FaultProxy, options: list[str]
) -> None:
    """The next update changes it, and sees what a person renamed in between."""
    account.image("web-1", [ROOT, "/dev/sdf", "/dev/sdg"])
    stack = program({"ownedImages": True}, endpoint=proxy.url)
    stack.up("--skip-preview")
    refuse_once(proxy, "web-1:2")

    stack.config["namePattern"] = "{image}:{index}"
    stack.up("--skip-preview", *options, code=1)
    left = account.names()["web-1:/dev/sdf"]
    account.name("web-1:/dev/sdg", "by hand")
    stack.up("--skip-preview")

    assert left == "web-1(002)"
    assert account.names() == {"web-1:/dev/sda1": "web-1:1", "web-1:/dev/sdf": "web-1:2", "web-1:/dev/sdg": "by hand"}
    assert recorded(stack, account) == {"web-1:/dev/sda1": "web-1:1", "web-1:/dev/sdf": "web-1:2"}


def test_an_update_after_one_that_failed_deletes_no_tag_of_it(
    account: Account, program: Make, proxy: FaultProxy
) -> None:
    """The state has the Tags that were made, and the record does not."""
    account.image("web-1", [ROOT, "/dev/sdf", "/dev/sdg"])
    account.name("web-1:/dev/sdg", "web-1(003)")
    stack = program({"ownedImages": True}, endpoint=proxy.url)
    stack.up("--skip-preview", "--target", "**::web-1:/dev/sda1", "--target", "**::owned-images")
    refuse_once(proxy, "web-1(002)")
    stack.up("--skip-preview", code=1)
    stack.config["namePattern"] = "{image}:{index}"
    refuse_once(proxy, "web-1:2")
    stack.up("--skip-preview", code=1)

    previewed = stack.preview().out
    stack.up("--skip-preview")

    assert "delete" not in previewed
    assert account.names() == {
        "web-1:/dev/sda1": "web-1:1",
        "web-1:/dev/sdf": "web-1:2",
        "web-1:/dev/sdg": "web-1:3",
    }


def test_names_that_were_no_target_of_an_update_are_not_recorded_as_given(account: Account, program: Make) -> None:
    """Those of before are, and an update of everything gives the rest."""
    account.image("web-1", TWO)
    account.name("web-1:/dev/sdf", "by hand")
    stack = program({"ownedImages": {"overwrite": True}})
    targets = ["--target", "**::owned-images", "--target", "**::web-1:/dev/sda1"]

    stack.up("--skip-preview", *targets)
    first = account.names(), recorded(stack, account)
    stack.up("--skip-preview")
    whole = account.names(), recorded(stack, account)
    stack.config["namePattern"] = "{image}:{index}"
    stack.up("--skip-preview", *targets)
    third = account.names(), recorded(stack, account)
    stack.up("--skip-preview")

    assert first == (
        {"web-1:/dev/sda1": "web-1(001)", "web-1:/dev/sdf": "by hand"},
        {"web-1:/dev/sda1": "web-1(001)"},
    )
    assert whole == ({"web-1:/dev/sda1": "web-1(001)", "web-1:/dev/sdf": "web-1(002)"},) * 2
    assert third == ({"web-1:/dev/sda1": "web-1:1", "web-1:/dev/sdf": "web-1(002)"},) * 2
    assert account.names() == {"web-1:/dev/sda1": "web-1:1", "web-1:/dev/sdf": "web-1:2"}


def test_an_update_of_other_targets_names_nothing_when_owned_images_have_just_been_switched_on(
    ec2: EC2Client, account: Account, program: Make
) -> None:
    """The component is not in the state then; the next update of everything makes it."""
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"]})
    stack.up("--skip-preview")
    account.image("sql-1")
    stack.config["ownedImages"] = True

    stack.up("--skip-preview", "--target", "**::web-1:/dev/sdf")
    untouched = account.names(), recorded(stack, account)
    stack.up("--skip-preview")

    assert untouched == ({"sql-1:/dev/sda1": None}, {})
    assert account.names() == {"sql-1:/dev/sda1": "sql-1(001)"}
