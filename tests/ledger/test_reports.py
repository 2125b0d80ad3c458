"""What a finding about an image says, and what is to be done about it."""

import pytest
from snapnames.cli.ledger.findings import KINDS, Finding, findings
from snapnames.cli.state.declared import Declared
from snapnames.rules.candidates import Verdict

from tests.ledger.accounts import CHECKED, OTHER, SAFE, STACK, image, snapshot, view

IDS = ("snap-1f", "snap-1a")
DEREGISTER = (
    "`aws ec2 deregister-image --image-id ami-1 --delete-associated-snapshots` removes it with its snapshots" + CHECKED
)


def test_the_kinds_are_those_that_break_something_first() -> None:
    """Findings come in this order."""
    assert KINDS == (
        "failed",
        "missing",
        "untracked",
        "drift",
        "unnamed",
        "orphans",
        "duplicates",
        "shared",
        "unused",
    )


def test_where_nothing_is_wrong_nothing_is_found() -> None:
    """Each image is used and each snapshot has a name of its own."""
    assert findings(view(image(1), image(2))) == []


@pytest.mark.parametrize(
    ("state", "reason", "text"),
    [
        ("failed", "no room", "image web-1 (ami-1) is failed (no room); nothing can launch from it"),
        ("error", "", "image web-1 (ami-1) is error; nothing can launch from it"),
    ],
)
def test_a_failed_image_says_its_state_and_ec2_s_reason(state: str, reason: str, text: str) -> None:
    """The next deployment removes one that the state has."""
    step = (
        "the next `snapnames deploy` removes it; by hand, drop its release from snapnames:releases and run `pulumi up "
        "--refresh`, then `pulumi up`"
    )

    assert findings(view(image(1, state=state, reason=reason))) == [
        Finding("failed", text, step, "ami-1", "web-1", IDS)
    ]


def test_a_failed_image_is_found_behind_newer_ones() -> None:
    """Whatever those are."""
    of = view(image(1, state="failed"), image(2), image(3, state="pending"))

    assert [(one.kind, one.image_id) for one in findings(of)] == [("failed", "ami-1")]


@pytest.mark.parametrize(
    ("builder", "step"),
    [
        (None, DEREGISTER),
        (OTHER, f"drop its release from the stack {OTHER}, which built it, and run `pulumi up` there"),
    ],
)
def test_a_failed_image_that_the_state_does_not_have_goes_in_another_way(builder: str | None, step: str) -> None:
    """By hand, or by the stack that built it."""
    of = view(image(1, state="failed", builder=builder), account=True, uses=(), verdicts={"ami-1": SAFE})

    assert findings(of) == [
        Finding("failed", "image web-1 (ami-1) is failed; nothing can launch from it", step, "ami-1", "web-1", IDS)
    ]


def test_an_image_that_is_being_made_is_no_finding() -> None:
    """Its snapshots have no names yet, and nothing can use it."""
    of = view(image(1, state="pending"), snapshots=(snapshot("snap-1a"), snapshot("snap-1f")), uses=())

    assert findings(of) == []


@pytest.mark.parametrize("left", [False, True])
def test_an_image_that_the_account_does_not_have_any_more_is_missing(*, left: bool) -> None:
    """What it left is deleted first."""
    first = "run `snapnames recover --orphans` to delete what it left, then " if left else ""
    snapshots = (snapshot("snap-9", "x", image_id="ami-9"),) if left else ()

    found = findings(view(snapshots=snapshots, declared=Declared(STACK, {"ami-9": "web-9"})))

    assert found[0] == Finding(
        "missing",
        "image web-9 (ami-9) is in the state of this stack and no longer in the account",
        f"{first}drop its release from snapnames:releases and run `pulumi up --refresh`: an older image is never built "
        "again, and the first of the list would be made of its source as that is now",
        "ami-9",
        "web-9",
    )
    assert [one.kind for one in found[1:]] == (["orphans"] if left else [])


@pytest.mark.parametrize(
    ("creating", "step"),
    [
        (
            frozenset(["web-1"]),
            "run `snapnames recover` when no update of the stack runs: it takes the image into the state",
        ),
        (
            frozenset(["web-2"]),
            (
                "run `snapnames recover`, which takes it into the state if its release is listed; or "
                f"{DEREGISTER}; until then no release can have its name"
            ),
        ),
    ],
)
def test_an_image_of_the_stack_that_its_state_does_not_have_is_untracked(creating: frozenset[str], step: str) -> None:
    """Once, whatever else is wrong with it."""
    declared = Declared(STACK, creating=creating)
    of = view(image(1, state="disabled"), snapshots=(), uses=(), declared=declared, verdicts={"ami-1": SAFE})

    assert findings(of) == [
        Finding(
            "untracked",
            "image web-1 (ami-1, disabled) bears the mark of this stack, and its state does not have it",
            step,
            "ami-1",
            "web-1",
            IDS,
        )
    ]


def test_a_failed_image_that_is_untracked_is_found_once() -> None:
    """With the way to take it in."""
    of = view(image(1, state="failed"), uses=(), declared=Declared(STACK))

    assert [one.kind for one in findings(of)] == ["untracked"]


@pytest.mark.parametrize(
    ("builder", "step"),
    [
        (
            STACK,
            (
                "keep it to roll back to; or drop its release from snapnames:releases and run `pulumi up`, or "
                "`snapnames deploy --keep N`, which removes it with its snapshots"
            ),
        ),
        (None, f"{DEREGISTER}; keep it if anybody wants to launch from it again"),
        (
            OTHER,
            (
                f"drop its release from the stack {OTHER}, which built it, and run `pulumi up` there; keep it "
                "if anybody wants to launch from it again"
            ),
        ),
    ],
)
def test_an_image_that_nothing_uses_says_what_would_go_with_it(builder: str | None, step: str) -> None:
    """Not a snapshot that another image has too."""
    shared = image(2, {"/dev/xvda": "snap-1a"}, builder=builder)
    snapshots = (snapshot("snap-1a", "x", 8), snapshot("snap-1f", "y", 20))
    read = {"account": True, "verdicts": {"ami-1": SAFE}, "asked": frozenset({"ami-1"})}
    of = view(image(1, builder=builder), shared, snapshots=snapshots, uses=(), **read)

    unused = [one for one in findings(of) if one.kind == "unused"]

    assert unused[1] == Finding(
        "unused",
        "no instance, launch configuration or launch template uses image web-1 (ami-1)",
        step,
        "ami-1",
        "web-1",
        IDS,
        size=20,
    )
    assert (unused[0].image_id, unused[0].size) == ("ami-2", 0)


@pytest.mark.parametrize(
    ("verdict", "step"),
    [
        (SAFE, DEREGISTER),
        (
            Verdict({"shared": ("it is shared",), "tagged": ("the tag keep=`x` says to keep it",)}),
            "keep ami-1: it is shared; the tag keep='x' says to keep it",
        ),
        (
            Verdict({"locked": ("x could not be read", "y could not be read")}, unread=("ListTags", "ListImages")),
            "ami-1 is not known to be safe to delete; what could not be read: ListTags, ListImages",
        ),
        (
            None,
            (
                "ami-1 is not known to be safe to delete, because it was not checked: the ledger checks the first 20 "
                "of a kind; look at who may use it, whether it is shared, locked or a backup"
            ),
        ),
    ],
    ids=["safe", "held", "unread", "unchecked"],
)
def test_a_delete_is_advised_only_if_every_check_has_passed(verdict: Verdict | None, step: str) -> None:
    """Otherwise the step says why to keep it, or what could not be read. No tag looks like a command."""
    verdicts = {"ami-1": verdict} if verdict else {}

    (found,) = findings(view(image(1, state="failed", builder=None), account=True, uses=(), verdicts=verdicts))

    assert found.step == step


def test_an_image_that_other_accounts_can_launch_is_not_called_unused() -> None:
    """Nothing here shows whether they do."""
    of = view(image(1), image(2), uses=(), lent=frozenset({"ami-1"}))

    assert [(one.kind, one.image_id) for one in findings(of)] == [("unused", "ami-2")]
