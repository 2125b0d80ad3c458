"""Names that are there before: kept, or replaced and remembered."""

from collections.abc import Callable

from snapnames.testing.localaws.server import LocalAws

from tests.account import writes
from tests.faults import Call, FaultProxy, Hold
from tests.owned_images.accounts import PREVIOUS, ROOT, TWO, Account
from tests.program import Program, kill_all

Make = Callable[..., Program]
NAMED_BEFORE = "it had a name already"


def kept(stack: Program, account: Account) -> dict[str, dict[str, str]]:
    """Label to what the output says of a snapshot that keeps its name."""
    return account.labelled(stack.outputs()["ownedImages"]["kept"])


def values(call: Call) -> tuple[str, str]:
    """Key and value of what a CreateTags call sets."""
    return call.parameters["Tag.1.Key"], call.parameters["Tag.1.Value"]


def test_a_snapshot_that_has_a_name_keeps_it_and_is_listed_with_the_name_it_would_have_got(
    aws: LocalAws, account: Account, program: Make
) -> None:
    """An empty Name is none; one that is as wanted is taken over."""
    account.image("web-1", [ROOT, "/dev/sdf", "/dev/sdg", "/dev/sdh"])
    account.tag("web-1:/dev/sdf", {"Name": "by hand", "team": "web"})
    account.tag("web-1:/dev/sdg", {"Name": ""})
    account.tag("web-1:/dev/sdh", {"Name": "web-1(004)"})
    stack = program({"ownedImages": True})
    mark = aws.mark()

    stack.up("--skip-preview")

    assert account.tags() == {
        "web-1:/dev/sda1": {"Name": "web-1(001)"},
        "web-1:/dev/sdf": {"Name": "by hand", "team": "web"},
        "web-1:/dev/sdg": {"Name": "web-1(003)"},
        "web-1:/dev/sdh": {"Name": "web-1(004)"},
    }
    assert kept(stack, account) == {"web-1:/dev/sdf": {"name": "by hand", "wanted": "web-1(002)", "why": NAMED_BEFORE}}
    assert writes(aws, mark) == ["ec2.CreateTags"] * 2


def test_overwrite_puts_the_old_name_on_the_snapshot_before_it_replaces_it(
    account: Account, program: Make, proxy: FaultProxy
) -> None:
    """Both are declared, and stay so through another pattern and without the setting."""
    account.image("web-1", TWO)
    account.name("web-1:/dev/sdf", "by hand")
    stack = program({"ownedImages": True}, endpoint=proxy.url)
    stack.up("--skip-preview")
    kept_first = account.names()

    stack.config["ownedImages"] = {"overwrite": True}
    mark = proxy.mark()
    stack.up("--skip-preview")
    overwriting = [values(call) for call in proxy.writes(mark)]
    replaced = account.tags()
    stack.up("--skip-preview", "--expect-no-changes", "--refresh")
    stack.config.update(ownedImages=True, namePattern="{image}:{index}")
    stack.up("--skip-preview")

    assert kept_first == {"web-1:/dev/sda1": "web-1(001)", "web-1:/dev/sdf": "by hand"}
    assert overwriting == [(PREVIOUS, "by hand"), ("Name", "web-1(002)")]
    assert replaced == {
        "web-1:/dev/sda1": {"Name": "web-1(001)"},
        "web-1:/dev/sdf": {"Name": "web-1(002)", PREVIOUS: "by hand"},
    }
    assert account.tags() == {
        "web-1:/dev/sda1": {"Name": "web-1:1"},
        "web-1:/dev/sdf": {"Name": "web-1:2", PREVIOUS: "by hand"},
    }
    assert {tag["inputs"]["key"] for tag in stack.resources() if tag["type"] == "aws:ec2/tag:Tag"} == {"Name", PREVIOUS}
    assert kept(stack, account) == {}


def test_a_previous_name_that_is_there_is_never_replaced(account: Account, program: Make) -> None:
    """A snapshot with one keeps its Name, unless both are the same, as after a kill between the two."""
    account.image("web-1", TWO)
    account.tag("web-1:/dev/sda1", {"Name": "second", PREVIOUS: "first"})
    account.tag("web-1:/dev/sdf", {"Name": "first", PREVIOUS: "first"})
    stack = program({"ownedImages": {"overwrite": True}})

    stack.up("--skip-preview")

    assert account.tags() == {
        "web-1:/dev/sda1": {"Name": "second", PREVIOUS: "first"},
        "web-1:/dev/sdf": {"Name": "web-1(002)", PREVIOUS: "first"},
    }
    assert kept(stack, account) == {
        "web-1:/dev/sda1": {
            "name": "second",
            "wanted": "web-1(001)",
            "why": f"its tag {PREVIOUS} holds another name already",
        }
    }


def test_a_previous_name_that_a_person_corrects_stays_corrected(account: Account, program: Make) -> None:
    """Whether the update refreshes first or not; one that is taken away is not put back."""
    account.image("web-1", TWO)
    account.name("web-1:/dev/sda1", "by hand")
    account.name("web-1:/dev/sdf", "by hand too")
    stack = program({"ownedImages": {"overwrite": True}})
    stack.up("--skip-preview")

    account.tag("web-1:/dev/sda1", {PREVIOUS: "corrected"})
    account.untag("web-1:/dev/sdf", PREVIOUS)
    stack.up("--skip-preview")
    once = account.tags()
    stack.up("--skip-preview", "--refresh")

    assert once == {
        "web-1:/dev/sda1": {"Name": "web-1(001)", PREVIOUS: "corrected"},
        "web-1:/dev/sdf": {"Name": "web-1(002)"},
    }
    assert account.tags() == once


def test_a_kill_between_the_previous_name_and_the_name_loses_nothing(
    account: Account, program: Make, proxy: FaultProxy
) -> None:
    """The next update goes on."""
    account.image("web-1")
    account.name("web-1:/dev/sda1", "by hand")
    stack = program({"ownedImages": {"overwrite": True}}, endpoint=proxy.url)

    proxy.schedule.at("ec2.CreateTags", 2, Hold())
    with stack.start("up", "--yes", "--skip-preview") as process:
        proxy.held()
        kill_all(process)
    proxy.release()
    proxy.settle()
    left = account.tags()
    stack.pulumi("cancel", "--yes")
    stack.up("--skip-preview")

    assert left == {"web-1:/dev/sda1": {"Name": "by hand", PREVIOUS: "by hand"}}
    assert account.tags() == {"web-1:/dev/sda1": {"Name": "web-1(001)", PREVIOUS: "by hand"}}
    stack.up("--skip-preview", "--expect-no-changes", "--refresh")
