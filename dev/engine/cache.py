"""The folder where downloaded and built engines are kept, shared by every clone of the project.

An entry appears there complete or not at all: it is filled under another name and renamed when it is done.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from snapnames.testing.engine import EngineError

UNFINISHED = ".unfinished"


def root() -> Path:
    """`$XDG_CACHE_HOME/snapnames`; the XDG specification has relative values ignored."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "snapnames"


def key(facts: Iterable[str], folders: Iterable[Path]) -> str:
    """Twelve hex digits that change with any of the facts, and with the name or content of any file in the folders."""
    digest = hashlib.sha256()
    for fact in facts:
        digest.update(hashlib.sha256(fact.encode()).digest())
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(hashlib.sha256(str(path.relative_to(folder.parent)).encode()).digest())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


@contextmanager
def locked(say: Callable[[str], None]) -> Iterator[None]:
    """Hold the cache alone, and sweep what killed processes left unfinished in it.

    The operating system lets go of a flock when its process dies, however it dies.
    """
    try:
        root().mkdir(parents=True, exist_ok=True)
        file = (root() / "lock").open("w")
    except OSError as error:
        raise EngineError(
            f"an engine is kept in {root()}: {error}; set XDG_CACHE_HOME to a folder to write to"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another process is making an engine in {root()}: waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        for leftover in root().glob(f"*{UNFINISHED}"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards, or at the next build if this process is killed. Needs the lock."""
    folder = Path(tempfile.mkdtemp(suffix=UNFINISHED, dir=root()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def filled(entry: Path) -> Iterator[Path]:
    """A folder to fill, which becomes the entry if the block ends without an error. Needs the lock."""
    with scratch() as folder:
        content = folder / entry.name
        content.mkdir()
        yield content
        content.rename(entry)
