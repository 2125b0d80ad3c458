"""One file of a release, kept only if it is what the release says: `python fetch.py URL SHA256 TARGET`.

It runs as a process of its own, so that a download which takes too long can be ended.
"""

import hashlib
import sys
import urllib.request
from http.client import HTTPException
from pathlib import Path

STALLED_SECONDS = 60
_CHUNK = 1 << 20


class WrongFileError(Exception):
    """The file that came is not the one that was asked for."""


def fetch(url: str, sha256: str, target: Path) -> None:
    """Put the file at `url` into `target`, if its SHA-256 is the given one. Otherwise nothing is left there.

    Raises `WrongFileError`, `OSError` or `HTTPException`.
    """
    try:
        found = _read(url, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    if found != sha256:
        target.unlink()
        raise WrongFileError(
            f"{url} has the SHA-256 {found}, and its release publishes {sha256}: the file is refused, and was removed"
        )


def _read(url: str, target: Path) -> str:
    """Write the file, and give its SHA-256."""
    digest = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=STALLED_SECONDS) as answer, target.open("wb") as file:  # noqa: S310 -- an address of this package's own
        while chunk := answer.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def main(url: str, sha256: str, target: str) -> None:
    """Fetch, or end with one line about what is wrong."""
    try:
        fetch(url, sha256, Path(target))
    except (WrongFileError, OSError, HTTPException) as error:
        sys.exit(str(error) or type(error).__name__)


if __name__ == "__main__":
    main(*sys.argv[1:])
