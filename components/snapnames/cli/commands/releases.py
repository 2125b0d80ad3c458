"""`snapnames releases`: what exists, which is live, age, size."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from snapnames.cli.age import age
from snapnames.cli.commands.session import Session
from snapnames.cli.stack.release_list import Releases
from snapnames.printable import printable
from snapnames.rules.images import ImageWithSnapshots

_LOG_WIDTH = 160
"""A log has no width of its own, and a name cut short is no name."""


def rows(session: Session) -> list[dict[str, Any]]:
    """A row for each release that is listed or has an image, newest first, for scripts."""
    images, releases = session.images(), session.file.releases
    unlisted = sorted(
        (r for r in images if r not in releases.listed), key=lambda r: images[r].image.created, reverse=True
    )
    return [_row(session, release, images.get(release), releases) for release in (*releases.listed, *unlisted)]


def _row(session: Session, release: str, found: ImageWithSnapshots | None, releases: Releases) -> dict[str, Any]:
    image = found and found.image
    return {
        "release": release,
        "live": release == releases.live,
        "listed": release in releases.listed,
        "image": session.image_name(release),
        "image_id": image and image.image_id,
        "state": image.state if image else "missing",
        "created": image and image.created.isoformat(),
        "age_seconds": image and int((datetime.now(UTC) - image.created).total_seconds()),
        "size_gib": found and found.size,
        "snapshots": {found.device(s) or s.snapshot_id: s.name for s in found.snapshots} if found else {},
    }


def print_table(console: Console, listed: list[dict[str, Any]]) -> None:
    """Show the rows to a person."""
    table = Table("release", "live", "image", "state", "age", "size", "snapshots named")
    for row in listed:
        names = row["snapshots"].values()
        table.add_row(
            Text(printable(row["release"])),  # as a plain text it would be read as Rich's markup
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
