"""In which order names are written, and what the engine is told of each."""

from collections.abc import Iterator

import pulumi
import pytest
from snapnames.resources.given_names import given_names, kept_since
from snapnames.rules.owned_names import Record
from snapnames.rules.state_writes import MANY
from snapnames.testing.environment import aws_variables
from snapnames.testing.localaws.server import LocalAws

from tests.owned_images.accounts import ROOT, Account
from tests.owned_images.recording import Registered, registered

UNKNOWN = object()
"""In the place of what Pulumi gives for a value that is not known."""


@pytest.fixture(autouse=True)
def here(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the program's config lead to the local AWS."""
    for name, value in aws_variables(aws.url).items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=[False, True], ids=["update", "preview"])
def previewing(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether a preview runs."""
    settings = pulumi.runtime.settings.SETTINGS
    before, settings.dry_run = settings.dry_run, request.param
    yield request.param
    settings.dry_run = before


def test_the_name_that_a_person_gave_is_written_down_before_it_is_replaced(account: Account) -> None:
    """A refused write of the one keeps the other from being written at all: the name would be lost."""
    account.image("web-1")
    account.name(f"web-1:{ROOT}", "theirs")

    first, second = registered({"overwrite": True})

    assert (first.name, first.value) == (f"web-1:{ROOT}:snapnames:previous-name", "theirs")
    assert (second.name, second.value) == (f"web-1:{ROOT}", "web-1(001)")
    assert (first.after, second.after) == ((), (first.name,))


def test_a_name_that_replaces_none_waits_for_none(account: Account) -> None:
    """And nothing that is no longer declared is deleted: it may hold what a person wrote."""
    account.image("web-1")

    assert registered({"overwrite": True}) == [Registered(f"web-1:{ROOT}", "web-1(001)", (), kept=True)]


def test_an_update_that_gives_names_warns_of_nothing(account: Account, recwarn: pytest.WarningsRecorder) -> None:
    """A warning of Python's would be shown to the user."""
    account.image("web-1")

    registered({})

    assert [str(warning.message) for warning in recwarn if warning.category is RuntimeWarning] == []


@pytest.mark.parametrize("preview", [False, True])
def test_a_name_that_is_there_and_that_the_state_has_is_declared_as_it_is(account: Account, *, preview: bool) -> None:
    """Nothing is read and nothing is written for it."""
    account.image("web-1")
    account.name(f"web-1:{ROOT}", "web-1(001)")

    tags = registered({}, {"names": {account.snapshots[f"web-1:{ROOT}"]: "web-1(001)"}}, preview=preview)

    assert tags == [Registered(f"web-1:{ROOT}", "web-1(001)", (), kept=True)]


@pytest.mark.parametrize("preview", [False, True])
def test_a_name_that_is_there_before_the_stack_has_a_tag_for_it_gets_none(account: Account, *, preview: bool) -> None:
    """It is recorded. A Tag would read it by a call of its own, or write it."""
    account.image("web-1")
    account.name(f"web-1:{ROOT}", "web-1(001)")

    assert registered({}, left={}, preview=preview) == []


@pytest.mark.parametrize("preview", [False, True])
def test_a_tag_that_an_unfinished_update_has_left_in_the_state_stays_declared(
    account: Account, *, preview: bool
) -> None:
    """The record does not have it. Without the Tag the next preview would plan to delete it."""
    account.image("web-1", [ROOT, "/dev/sdf"])
    for device, name in ((ROOT, "web-1(001)"), ("/dev/sdf", "web-1(002)")):
        account.name(f"web-1:{device}", name)

    tags = registered({}, left={account.snapshots[f"web-1:{ROOT}"]: "web-1(001)"}, preview=preview)

    assert tags == [Registered(f"web-1:{ROOT}", "web-1(001)", (), kept=True)]


def test_a_name_that_was_found_once_asks_for_the_state_no_more(account: Account) -> None:
    """The record has it."""
    account.image("web-1")
    account.name(f"web-1:{ROOT}", "web-1(001)")
    snapshot_id = account.snapshots[f"web-1:{ROOT}"]

    assert registered({}, {"names": {snapshot_id: "web-1(001)"}, "found": [snapshot_id]}) == []


@pytest.mark.parametrize("live", ["", "web-1: old"])
def test_a_name_that_was_found_and_has_to_be_written_gets_a_tag(account: Account, live: str) -> None:
    """It was lost, or the pattern has changed since."""
    account.image("web-1")
    if live:
        account.name(f"web-1:{ROOT}", live)
    snapshot_id = account.snapshots[f"web-1:{ROOT}"]

    tags = registered({}, {"names": {snapshot_id: "web-1: old"}, "found": [snapshot_id]})

    assert tags == [Registered(f"web-1:{ROOT}", "web-1(001)", (), kept=True)]


def test_the_record_has_the_names_that_were_given_and_of_the_others_the_last_ones(*, previewing: bool) -> None:
    """A preview has those that are going to be given."""
    declared = dict.fromkeys(["made", "unmade", "failed", "renamed", "forgotten"], "ours")
    tags: dict[str, list[object]] = {
        "made": ["id", "ours"],
        "unmade": [UNKNOWN, "ours"],
        "failed": ["id", UNKNOWN],
        "renamed": ["id", "theirs"],
        "forgotten": ["id", "theirs"],
    }
    last = Record({"unmade": "before", "failed": "before", "renamed": "before", "made": "before"})

    assert given_names(tags, declared, last) == {
        "made": "ours",
        "unmade": "ours" if previewing else "before",
        "failed": "before",
        "renamed": "before",
    }


def test_names_that_a_person_gave_while_the_update_ran_are_kept() -> None:
    """Not the last one, which a Tag has that was no target, and not one that is unknown."""
    declared = dict.fromkeys(["made", "unmade", "failed", "renamed", "no target"], "ours")
    tags: dict[str, list[object]] = {
        "made": ["id", "ours"],
        "unmade": [UNKNOWN, "theirs"],
        "failed": ["id", UNKNOWN],
        "renamed": ["id", "theirs"],
        "no target": ["id", "before"],
    }

    kept = kept_since(tags, declared, Record({"no target": "before"}))

    assert kept == {"renamed": {"name": "theirs", "wanted": "ours", "why": "it was named while the update ran"}}


def test_an_update_of_many_new_names_says_how_they_are_given_faster(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not if the stack has them already."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, **_: said.append(text))
    account.image("web-1", [f"/dev/sd{number}" for number in range(MANY)], root="/dev/sd0")

    registered({})
    new = [text for text in said if "name-owned" in text]
    said.clear()
    registered({}, {"names": dict.fromkeys(account.snapshots.values(), "web-1")})

    assert len(new) == 1
    assert new[0].startswith(f"{MANY} names are new in this stack")
    assert not [text for text in said if "name-owned" in text]
