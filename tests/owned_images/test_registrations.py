"""In which order names are written, and what the engine is told of each."""

from collections.abc import Iterator

import pulumi
import pytest
from snapnames.owned_images import _given, _kept_since
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

    assert registered({"overwrite": True}) == [
        Registered(f"web-1:{ROOT}", "web-1(001)", (), imported="", kept=True, ignored=())
    ]


def test_an_update_that_gives_names_warns_of_nothing(account: Account, recwarn: pytest.WarningsRecorder) -> None:
    """A warning of Python's would be shown to the user."""
    account.image("web-1")

    registered({})

    assert [str(warning.message) for warning in recwarn if warning.category is RuntimeWarning] == []


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("known", [False, True])
def test_a_name_that_is_there_is_taken_over_by_a_read_unless_the_state_has_it(
    account: Account, *, preview: bool, known: bool
) -> None:
    """A create would write it, over what a person gives meanwhile; a preview takes nothing over."""
    account.image("web-1")
    account.name(f"web-1:{ROOT}", "web-1(001)")
    snapshot_id = account.snapshots[f"web-1:{ROOT}"]
    imported = not (preview or known)

    tags = registered({}, {"names": {snapshot_id: "web-1(001)"}} if known else None, preview=preview)

    assert tags == [
        Registered(
            f"web-1:{ROOT}",
            "web-1(001)",
            (),
            imported=f"{snapshot_id},Name" if imported else "",
            kept=True,
            ignored=("value",) if imported else (),
        )
    ]


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

    assert _given(tags, declared, last) == {
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

    kept = _kept_since(tags, declared, Record({"no target": "before"}))

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
