"""Runs of a command that are done once, where several tests do the same from the same beginning.

Two runs are the same if their arguments, their environment, the files of their stack, the program and all that has
changed the account before them are the same. Then the output, the files and the account that the first one left stand
for the other too. What is kept lasts as long as this run of pytest, for all of its processes.
"""

import fcntl
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snapnames.testing.localaws.server import LocalAws

_URL, _FOLDER = "<the local AWS>", "<the folder of the test>"
_NOT_COMPARED = "kept"
"""The folder of a stack in which commands keep which updates they have started: it has times and ids of processes."""

Output = tuple[int, str, str]
"""Exit code, standard output, standard error."""


@dataclass(frozen=True)
class SharedRuns:
    """What was run so far, in a folder that all processes of this run of pytest have."""

    kept: Path
    aws: LocalAws

    def run(self, folder: Path, asked: Mapping[str, Any], program: Path, do: Callable[[], Output]) -> Output:
        """What `do` gives, or what the same run gave before, with the files and the account as it left them.

        `asked`: all that it is given beside the files, the program and the account. A run is done each time if the
        account's settings depend on the caller or the clock, or are used up.
        """
        history = self.aws.history()
        if not history["plain"]:
            return do()
        # The program of this repository does not change while pytest runs.
        own = _files(program) if program.is_relative_to(folder.parent) else str(program)
        compared = json.dumps([asked, history["digest"], _files(folder), own], sort_keys=True, default=str)
        key = hashlib.sha256(self._anywhere(compared, folder).encode()).hexdigest()
        path = self.kept / f"{key}.json"
        with path.with_suffix(".lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be doing it
            if path.exists():
                output, files = json.loads(self._here(path.read_text(encoding="utf-8"), folder))
                _put(folder, files)
                self.aws.restore(key)
                return tuple(output)
            output = do()
            self.aws.save(key, history["mark"])
            path.write_text(self._anywhere(json.dumps([output, _files(folder)]), folder), encoding="utf-8")
            return output

    def _anywhere(self, text: str, folder: Path) -> str:
        return text.replace(self.aws.url, _URL).replace(str(folder.parent), _FOLDER)

    def _here(self, text: str, folder: Path) -> str:
        return text.replace(_URL, self.aws.url).replace(_FOLDER, str(folder.parent))


def _files(folder: Path) -> dict[str, str]:
    """Each file below the folder, byte for byte."""
    paths = ((path.relative_to(folder), path) for path in folder.rglob("*") if path.is_file())
    return {
        str(name): path.read_bytes().decode("latin-1")
        for name, path in paths
        if name.parts[0] != _NOT_COMPARED and name.suffix != ".pyc"
    }


def _put(folder: Path, files: Mapping[str, str]) -> None:
    """Have these files, and no others, below the folder."""
    for name in _files(folder).keys() - files.keys():
        (folder / name).unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("latin-1"))
