"""How each command changes the list of releases. Plain functions. Nothing here knows Pulumi or files."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from snapnames.cli.errors import CommandError, Exit, UsageError
from snapnames.errors import InputError
from snapnames.printable import shell_command
from snapnames.rules import releases
from snapnames.rules.history import Entry, going_back, left, retained


@dataclass(frozen=True)
class Releases:
    """The two keys of the config that this command writes."""

    listed: tuple[str, ...]
    """`snapnames:releases`, newest first."""

    pinned: str | None = None
    """`snapnames:live`, if it is set."""

    def without(self, releases: Collection[str]) -> "Releases":
        """The list without some that are not live.

        >>> Releases(("c", "b", "a"), pinned="b").without(["c"])
        Releases(listed=('b', 'a'), pinned=None)
        """
        live = self.live
        listed = tuple(release for release in self.listed if release not in releases)
        return Releases(listed, None if live == next(iter(listed), None) else live)

    @property
    def live(self) -> str | None:
        """The release whose image the fleet launches."""
        return self.pinned or next(iter(self.listed), None)


def now() -> str:
    """The name of a release that is made now: `YYYYMMDDhhmmss` in UTC."""
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")


def check_release(release: str, service: str) -> None:
    """Raise `UsageError` unless EC2 takes `<service>-<release>` as the name of an image."""
    try:
        releases.check_release(release, service)
    except InputError as error:
        raise UsageError(str(error)) from error


def deployed(before: Releases, release: str, keep: int | None, history: Sequence[Entry] = ()) -> Releases:
    """`release` first and live, and at most `keep` releases: first the live one, then the one to go back to.

    `history`: which releases ran. Raises `UsageError` for an older release, which is not built again, and for less
    than one.

    >>> deployed(Releases(("b", "a")), "c", 2)
    Releases(listed=('c', 'b'), pinned=None)
    >>> deployed(Releases(("b", "a"), pinned="a"), "c", 2, [Entry("b", "", "left"), Entry("a", "", "rolled out")])
    Releases(listed=('c', 'a'), pinned=None)
    >>> deployed(Releases(("c", "b")), "c", None)
    Releases(listed=('c', 'b'), pinned=None)
    """
    if keep is not None and keep < 1:
        raise UsageError(f"--keep is {keep}; the release that is deployed stays: give 1 or more")
    if release in before.listed[1:]:
        raise UsageError(
            f"release {release!r} is listed behind {before.listed[0]!r}; a release is built once, as the newest: run "
            f"{shell_command('snapnames', 'rollback', release)} to make it live, or deploy under another name"
        )
    older = [listed for listed in before.listed if listed != release]
    listed = (release, *older)
    return Releases(listed if keep is None else tuple(retained(history, listed, release, keep)))


def rolled_back(  # noqa: PLR0913 -- by name
    before: Releases,
    release: str | None,
    history: Sequence[Entry] = (),
    launched: str | None = None,
    *,
    goes_on: bool = False,
    failed: bool = False,
) -> Releases:
    """`release` live, by default the last good one before the live one; the list stays as it is.

    `launched`: the release that the fleet launches, as AWS says; None where nobody has asked. After an update that has
    failed it is another one than the config has live: the way back is to the one in the config. But an older one that
    is listed is where a rollback was going that has not ended: this one goes on there, unless it has `failed`.
    `goes_on`: whether instances are still to be replaced. Raises `UsageError` if the release is not listed, and
    `CommandError` if the fleet launches it already.

    >>> rolled_back(Releases(("c", "b", "a")), None)
    Releases(listed=('c', 'b', 'a'), pinned='b')
    >>> rolled_back(Releases(("c", "b", "a"), pinned="b"), "c")
    Releases(listed=('c', 'b', 'a'), pinned=None)
    >>> rolled_back(Releases(("c", "b", "a")), None, launched="d")
    Releases(listed=('c', 'b', 'a'), pinned=None)
    >>> rolled_back(Releases(("c", "b", "a")), None, launched="b")
    Releases(listed=('c', 'b', 'a'), pinned='b')
    """
    live = before.live
    moved = launched is not None and launched != live
    known = moved and live in before.listed and live not in left(history)
    target = release
    if target is None and launched is not None and not failed and _older(launched, live, before.listed):
        target = launched
    if target is None:
        target = live if known and live else _previous(before, history)
    if target not in before.listed:
        raise UsageError(
            f"release {target!r} is not in snapnames:releases, which lists {_named(before.listed)}: choose one of them"
        )
    if target == live and not moved and not goes_on:
        raise CommandError(f"release {target!r} is what the fleet launches already: nothing to do", Exit.NOTHING_TO_DO)
    return Releases(before.listed, None if target == before.listed[0] else target)


def _older(release: str, than: str | None, listed: Sequence[str]) -> bool:
    return release in listed and than in listed and listed.index(release) > listed.index(than)


def _previous(before: Releases, history: Sequence[Entry]) -> str:
    live = before.live
    if live is None:
        raise UsageError("snapnames:releases is empty; a rollback needs two releases: run `snapnames deploy` first")
    if live not in before.listed:
        raise UsageError(
            f"snapnames:live is {live!r}, which snapnames:releases does not list ({_named(before.listed)}): name the "
            "release to go to"
        )
    target = going_back(history, before.listed, live)
    if target is None:
        raise UsageError(
            f"no release that was good is listed to go back to from {live!r}, which is live (snapnames:releases lists "
            f"{_named(before.listed)}): name the release to go to, or deploy a new one"
        )
    return target


def _named(releases: Sequence[str]) -> str:
    return ", ".join(map(repr, releases)) or "none"
