"""What becomes of the list of releases, and which wishes are refused."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapnames.cli.errors import CommandError, Exit, UsageError
from snapnames.cli.stack.release_list import Releases, check_release, deployed, now, rolled_back
from snapnames.rules.history import Entry

NAMES = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True)


def refusal(error: pytest.ExceptionInfo[CommandError]) -> tuple[Exit, str]:
    """How the command ends, and what it says."""
    return error.value.code, str(error.value)


def test_the_longest_image_name_that_ec2_takes_is_taken_and_one_character_more_is_refused() -> None:
    """128 characters, the service and the dash among them."""
    check_release("x" * 124, "web")

    with pytest.raises(UsageError) as refused:
        check_release("x" * 125, "web")

    assert refusal(refused) == (
        Exit.USAGE,
        f"image name 'web-{'x' * 125}' has 129 characters; EC2 takes at most 128: give a shorter --release",
    )


@pytest.mark.parametrize("release", ["20180307231207", "a", "Fix (2) [b] ./-'@_"])
def test_every_character_that_ec2_takes_in_a_name_is_taken_in_a_release(release: str) -> None:
    """A space and brackets too."""
    check_release(release, "web")


@pytest.mark.parametrize("release", ["", "é", "1,2", "1\n", "a:b"])
def test_a_release_that_is_no_part_of_an_image_name_is_refused(release: str) -> None:
    """Also nothing at all, and a line break at the end."""
    with pytest.raises(UsageError) as refused:
        check_release(release, "web")

    assert refusal(refused) == (
        Exit.USAGE,
        (
            f"release {release!r} is no part of an image name; EC2 takes letters, digits, ( ) [ ] space . / - ' @ _: "
            "give --release such a text"
        ),
    )


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be where it is not the time of UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Seoul")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
def test_the_release_of_now_is_the_time_in_utc_to_the_second() -> None:
    """So that releases sort as they were made, wherever that is."""
    before = datetime.now(UTC).replace(microsecond=0)

    release = now()

    made = datetime.strptime(release, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    assert before <= made <= datetime.now(UTC)
    assert re.fullmatch(r"\d{14}", release)


@pytest.mark.parametrize("keep", [0, -1])
def test_a_deployment_that_keeps_no_release_is_refused(keep: int) -> None:
    """The one that is deployed stays in any case."""
    with pytest.raises(UsageError) as refused:
        deployed(Releases(("a",)), "b", keep)

    assert refusal(refused) == (
        Exit.USAGE,
        f"--keep is {keep}; the release that is deployed stays: give 1 or more",
    )


def test_a_deployment_may_keep_itself_alone() -> None:
    """The least that --keep may be."""
    assert deployed(Releases(("b", "a")), "c", 1) == Releases(("c",))


@pytest.mark.parametrize("release", ["b", "a"])
def test_an_older_release_is_not_deployed_again(release: str) -> None:
    """It would be made of today's instance."""
    with pytest.raises(UsageError) as refused:
        deployed(Releases(("c", "b", "a"), pinned="a"), release, None)

    assert refusal(refused) == (
        Exit.USAGE,
        (
            f"release {release!r} is listed behind 'c'; a release is built once, as the newest: run `snapnames "
            f"rollback {release}` to make it live, or deploy under another name"
        ),
    )


@given(NAMES, st.sampled_from("abcdef"), st.none() | st.integers(1, 7))
def test_a_deployment_is_first_and_live_and_nothing_else_changes_its_place(
    listed: list[str], release: str, keep: int | None
) -> None:
    """Whatever was listed and live before."""
    if release in listed[1:]:
        return
    older = [one for one in listed if one != release]

    after = deployed(Releases(tuple(listed), pinned=listed[-1]), release, keep)

    assert after == Releases((release, *older)[: keep or 99])
    assert after.live == release


def test_the_live_release_is_the_pinned_one_or_else_the_newest() -> None:
    """Of no release none is live."""
    assert [Releases(("b", "a"), "a").live, Releases(("b", "a")).live, Releases(()).live] == ["a", "b", None]


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (
            Releases(()),
            "snapnames:releases is empty; a rollback needs two releases: run `snapnames deploy` first",
        ),
        (
            Releases(("b", "a"), pinned="gone"),
            "snapnames:live is 'gone', which snapnames:releases does not list ('b', 'a'): name the release to go to",
        ),
        (
            Releases(("a",)),
            (
                "no release that was good is listed to go back to from 'a', which is live "
                "(snapnames:releases lists 'a'): name the release to go "
                "to, or deploy a new one"
            ),
        ),
        (
            Releases(("b", "a"), pinned="a"),
            (
                "no release that was good is listed to go back to from 'a', which is live "
                "(snapnames:releases lists 'b', 'a'): name the release "
                "to go to, or deploy a new one"
            ),
        ),
    ],
)
def test_a_rollback_that_has_nowhere_to_go_says_why(before: Releases, message: str) -> None:
    """Nothing is listed, what is live is not listed, or it is the last one."""
    with pytest.raises(UsageError) as refused:
        rolled_back(before, None)

    assert refusal(refused) == (Exit.USAGE, message)


@pytest.mark.parametrize(
    ("listed", "named"),
    [(("b", "a"), "'b', 'a'"), ((), "none")],
)
def test_a_rollback_to_a_release_that_is_not_listed_is_refused(listed: tuple[str, ...], named: str) -> None:
    """And is told which are."""
    with pytest.raises(UsageError) as refused:
        rolled_back(Releases(listed), "c")

    assert refusal(refused) == (
        Exit.USAGE,
        f"release 'c' is not in snapnames:releases, which lists {named}: choose one of them",
    )


@pytest.mark.parametrize(("pinned", "release"), [(None, "b"), ("a", "a")])
def test_a_rollback_to_what_is_live_has_nothing_to_do(pinned: str | None, release: str) -> None:
    """It ends with a code of its own, for scripts."""
    with pytest.raises(CommandError) as refused:
        rolled_back(Releases(("b", "a"), pinned), release)

    assert refusal(refused) == (
        Exit.NOTHING_TO_DO,
        f"release {release!r} is what the fleet launches already: nothing to do",
    )


@pytest.mark.parametrize(("pinned", "behind"), [(None, "c"), ("d", "c"), ("c", "b"), ("b", "a")])
def test_a_rollback_goes_to_the_release_that_is_listed_behind_the_live_one(pinned: str | None, behind: str) -> None:
    """One step, not to the oldest."""
    assert rolled_back(Releases(("d", "c", "b", "a"), pinned), None) == Releases(("d", "c", "b", "a"), behind)


@pytest.mark.parametrize("release", [None, "b"])
def test_a_rollback_goes_back_to_the_release_of_the_config_when_the_fleet_launches_another(release: str | None) -> None:
    """As after a deployment that has failed: the config is as it was, and the fleet is not."""
    before = Releases(("b", "a"))

    assert rolled_back(before, release, launched="c") == before
    assert rolled_back(before, release, [Entry("b", "", "left")], launched="c") == (
        before if release else Releases(("b", "a"), "a")
    )


@pytest.mark.parametrize(
    ("launched", "failed", "to"), [("b", False, "b"), ("a", False, "a"), ("b", True, "c"), ("d", False, "c")]
)
def test_the_same_rollback_again_goes_on_where_it_was_going(launched: str, to: str, *, failed: bool) -> None:
    """As after a time-out, a kill, or keys that ended: the config is as it was, and the release behind it was bad.

    A release that is newer than the live one is that of a deployment that has failed.
    """
    before = Releases(("d", "c", "b", "a"), "c")
    history = [Entry(release, "", "rolled out") for release in "abc"]

    assert rolled_back(before, None, history, launched=launched, failed=failed).live == to


def test_a_rollback_to_the_live_release_goes_on_while_instances_are_still_to_be_replaced() -> None:
    """As after a time-out, which leaves the instance refresh going on."""
    before = Releases(("b", "a"))

    assert rolled_back(before, "b", launched="b", goes_on=True) == before


@given(NAMES, st.data())
def test_a_rollback_makes_a_listed_release_live_and_leaves_the_list(listed: list[str], data: st.DataObject) -> None:
    """The newest one is live without being pinned, so that the next deployment is too."""
    release = data.draw(st.sampled_from(listed))
    before = Releases(tuple(listed), data.draw(st.sampled_from([None, *listed])))
    if release == before.live:
        return

    after = rolled_back(before, release)

    assert (after.listed, after.live) == (before.listed, release)
    assert (after.pinned is None) == (release == listed[0])
