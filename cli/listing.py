"""`snapnames releases` lists the releases: which one is live, and the age and size of their images."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from snapnames.printable import printable

from .account import Image
from .plan import Releases
from .session import Session

_LOG_WIDTH = 160
"""Characters. A log has no width of its own, and names must not be cut."""


def rows(session: Session) -> list[dict[str, Any]]:
    """A row for each release that is listed or has an image, newest first, for scripts."""
    images, releases = session.images(), session.file.releases
    unlisted = sorted((r for r in images if r not in releases.listed), key=lambda r: images[r].created, reverse=True)
    return [_row(session, release, images.get(release), releases) for release in (*releases.listed, *unlisted)]


def _row(session: Session, release: str, image: Image | None, releases: Releases) -> dict[str, Any]:
    return {
        "release": release,
        "live": release == releases.live,
        "listed": release in releases.listed,
        "image": session.image_name(release),
        "image_id": image and image.image_id,
        "state": image.state if image else "missing",
        "created": image and image.created.isoformat(),
        "age_seconds": image and int((datetime.now(UTC) - image.created).total_seconds()),
        "size_gib": image and image.size,
        "snapshots": {s.device or s.snapshot_id: s.name for s in image.snapshots} if image else {},
    }


def print_table(console: Console, listed: list[dict[str, Any]]) -> None:
    """Show the rows to a person."""
    table = Table("release", "live", "image", "state", "age", "size", "snapshots named")
    for row in listed:
        names = row["snapshots"].values()
        table.add_row(
            Text(printable(row["release"])),  # Rich would read a plain string as markup
            "live" if row["live"] else "",
            row["image_id"] or "-",
            row["state"] if row["listed"] else f"{row['state']}, not listed",
            "-" if row["age_seconds"] is None else age(timedelta(seconds=row["age_seconds"])),
            "-" if row["size_gib"] is None else f"{row['size_gib']} GiB",
            f"{sum(name is not None for name in names)} of {len(names)}",
        )
    if not console.is_terminal:
        console.width = _LOG_WIDTH
    console.print(table)


def age(time: timedelta) -> str:
    """The time span in its largest unit.

    >>> [age(timedelta(seconds=n)) for n in (59, 60, 7199, 90000)]
    ['59 s', '1 min', '1 h', '1 d']
    """
    seconds = int(time.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
