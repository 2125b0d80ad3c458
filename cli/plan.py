"""How each command changes the list of releases. Plain functions. Nothing here knows Pulumi or files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from .errors import CommandError, Exit, UsageError

_RELEASE = re.compile(r"[A-Za-z0-9()\[\] ./\-'@_]+")
_MAX_IMAGE_NAME = 128


@dataclass(frozen=True)
class Releases:
    """The two keys of the config that this command writes."""

    listed: tuple[str, ...]
    """`snapnames:releases`, newest first."""

    pinned: str | None = None
    """`snapnames:live`, if it is set."""

    @property
    def live(self) -> str | None:
        """The release whose image the fleet launches."""
        return self.pinned or next(iter(self.listed), None)


def now() -> str:
    """The name of a release that is made now: `YYYYMMDDhhmmss` in UTC."""
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")


def check_release(release: str, service: str) -> None:
    """Raise `UsageError` unless EC2 takes `<service>-<release>` as the name of an image."""
    if not _RELEASE.fullmatch(release):
        raise UsageError(
            f"release {release!r} is no part of an image name; EC2 takes letters, digits, ( ) [ ] space . / - ' @ _: "
            "give --release such a text"
        )
    length = len(f"{service}-{release}")
    if length > _MAX_IMAGE_NAME:
        raise UsageError(
            f"image name '{service}-{release}' has {length} characters; EC2 takes at most {_MAX_IMAGE_NAME}: give a "
            "shorter --release"
        )


def deployed(before: Releases, release: str, keep: int | None) -> Releases:
    """The list with `release` first and live, shortened to `keep` releases.

    Raises `UsageError` if `release` is an older one, because that is not built again, or if `keep` is less than 1.

    >>> deployed(Releases(("b", "a"), pinned="a"), "c", 2)
    Releases(listed=('c', 'b'), pinned=None)
    >>> deployed(Releases(("c", "b")), "c", None)
    Releases(listed=('c', 'b'), pinned=None)
    """
    if keep is not None and keep < 1:
        raise UsageError(f"--keep is {keep}; the release that is deployed stays: give 1 or more")
    if release in before.listed[1:]:
        raise UsageError(
            f"release {release!r} is listed behind {before.listed[0]!r}; a release is built once, as the newest: run "
            f"`snapnames rollback {release}` to make it live, or deploy under another name"
        )
    older = [listed for listed in before.listed if listed != release]
    return Releases((release, *older)[:keep])


def rolled_back(before: Releases, release: str | None) -> Releases:
    """The same list with `release` live. The default is the release that is listed after the live one.

    Raises `UsageError` if the release is not listed, and `CommandError` if it is live already.

    >>> rolled_back(Releases(("c", "b", "a")), None)
    Releases(listed=('c', 'b', 'a'), pinned='b')
    >>> rolled_back(Releases(("c", "b", "a"), pinned="b"), "c")
    Releases(listed=('c', 'b', 'a'), pinned=None)
    """
    target = _previous(before) if release is None else release
    if target not in before.listed:
        raise UsageError(
            f"release {target!r} is not in snapnames:releases, which lists {_named(before.listed)}: choose one of them"
        )
    if target == before.live:
        raise CommandError(f"the fleet runs release {target!r} already: nothing to do", Exit.NOTHING_TO_DO)
    return Releases(before.listed, None if target == before.listed[0] else target)


def _previous(before: Releases) -> str:
    live = before.live
    if live is None:
        raise UsageError("snapnames:releases is empty; a rollback needs two releases: run `snapnames deploy` first")
    if live not in before.listed:
        raise UsageError(
            f"snapnames:live is {live!r}, which snapnames:releases does not list ({_named(before.listed)}): name the "
            "release to go to"
        )
    behind = before.listed[before.listed.index(live) + 1 :]
    if not behind:
        raise UsageError(
            f"no release is listed behind {live!r}, which is live (snapnames:releases lists {_named(before.listed)}): "
            "name the release to go to, or deploy a new one"
        )
    return behind[0]


def _named(releases: Sequence[str]) -> str:
    return ", ".join(map(repr, releases)) or "none"
