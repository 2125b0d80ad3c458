"""The stack's config file: its releases, read, edited and written whole."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.stack.config_text import config_of, taken_in_of, with_live, with_releases, without_taken
from snapnames.cli.stack.keys import Keys, changed_lists
from snapnames.cli.stack.release_list import Releases
from snapnames.printable import beside_commands

_ONE_SERVICE = Keys()
"""Of a stack of snapnames' own program."""


class StaleListError(CommandError):
    """The releases in the file have changed since the file was read."""


@dataclass(frozen=True)
class StackFile:
    """A `Pulumi.<stack>.yaml` as it was when it was read."""

    path: Path
    text: str
    releases: Releases
    keys: Keys = _ONE_SERVICE
    """Where the releases are, of the service that the command works on."""

    @classmethod
    def read(cls, path: Path, keys: Keys = _ONE_SERVICE) -> "StackFile":
        """Read the file. Raises `UsageError` if it is missing, or if its releases are not a list of texts."""
        try:
            text = path.read_bytes().decode()
            config = config_of(text)
        except FileNotFoundError as error:
            raise UsageError(
                f"{path.name} does not exist; a stack's config is kept there: run `pulumi config set "
                "snapnames:service <name>` first, or choose another --stack"
            ) from error
        except (ValueError, yaml.YAMLError) as error:
            raise UsageError(f"{path.name} is no stack config: {_problem(error)}: correct it") from error
        return cls(path, text, _releases(path.name, config, keys), keys)

    @property
    def config(self) -> Mapping[str, Any]:
        """What is under `config:`."""
        return config_of(self.text)

    @property
    def taken_in(self) -> dict[str, str]:
        """Release to the id of its image, of the releases that others built. Faults of the map are the program's."""
        return taken_in_of(config_of(self.text), self.keys)

    def check(self, config: Mapping[str, str], project: str) -> None:
        """Raise `UsageError` unless the stack's config (key to value) has its releases from this file's two keys.

        If the releases are written elsewhere, the command does not see them, and the next update would drop all of
        them. A short key belongs to the project. If a file has a short and a whole key, pulumi takes either of them.
        """
        found, (releases, live_key, _) = _releases("the stack's config", config, self.keys), self.keys
        short = {key.removeprefix(f"{project}:") for key in (releases, live_key)} - {releases, live_key}
        if found == self.releases and not short & config_of(self.text).keys():
            return
        listed, pinned = (f"{releases}: {json.dumps(found.listed)}", f"{live_key}: {json.dumps(found.pinned)}")
        live = f" and `{beside_commands(pinned)}`" if found.pinned else ""
        raise UsageError(
            f"the stack's config says {_said(found)}, and {self.path.name} {_said(self.releases)} under {releases} and "
            f"{live_key}; the command reads and writes them under these keys of that file alone: write "
            f"`{beside_commands(listed)}`{live} under its `config:`, and take out what says "
            "them elsewhere (`releases:` or `live:` in the same file, Pulumi.yaml, an environment)"
        )

    def edited(self, wanted: Releases) -> str:
        """The text with these releases. Raises `UsageError` if it is not possible to leave the rest untouched."""
        if wanted == self.releases:
            return self.text
        try:
            text = with_live(with_releases(self.text, wanted.listed, self.keys), wanted.pinned, self.keys)
            text = without_taken(text, {*self.taken_in} - {*wanted.listed}, self.keys)
            fits = self._says_only(text, wanted)
        except yaml.YAMLError:
            fits = False
        if not fits:
            raise UsageError(
                f"{self.path.name} writes {self.keys.releases} in a way that can't be edited in place; it takes a list "
                'with one release a line, each in quotes (    - "20180307231207"), and the same of the map '
                f"{self.keys.taken_in}: write it so"
            )
        return text

    def _says_only(self, text: str, wanted: Releases) -> bool:
        """Whether the edited text has the wanted releases, and nothing else has changed."""
        before, after = yaml.safe_load(self.text), yaml.safe_load(text)
        found = _releases(self.path.name, after["config"], self.keys)
        taken = taken_in_of(before["config"], self.keys)
        if taken_in_of(after["config"], self.keys) != {one: taken[one] for one in taken if one in wanted.listed}:
            return False
        for data in (before, after):
            for key in self.keys:
                data["config"].pop(key, None)
        return found == wanted and after == before

    def check_unchanged(self) -> None:
        """Raise `StaleListError` when the releases were changed since the file was read.

        An update with the old list would drop what another deployment has built since.
        """
        file = StackFile.read(self.path, self.keys)
        now, changed = file.releases, changed_lists(config_of(self.text), config_of(file.text))
        if changed and now == self.releases:
            raise StaleListError(
                f"{self.path.name} has another {' and '.join(changed)} than when this command read it; an update with "
                "the old list would drop what the new one has: run the same command again"
            )
        if now != self.releases:
            raise StaleListError(
                f"{self.path.name} says {_said(now)}, and said {_said(self.releases)} when this command read it; an "
                "update with the old list would drop what the new one has: run the same command again"
            )

    def replace(self, wanted: Releases) -> "StackFile":
        """Write these releases, completely or not at all. Other changes that were made in the meantime stay.

        Gives the new file. Raises `CommandError` if the releases themselves have changed since the file was read.
        """
        now = StackFile.read(self.path, self.keys)
        if now.releases not in (self.releases, wanted):
            raise CommandError(
                f"{self.path.name} was changed while the update ran and lists other releases; the update has made "
                f"{self.keys.releases} {json.dumps(wanted.listed)} with {wanted.live!r} live: write that into it"
            )
        text = now.edited(wanted)
        write_whole(self.path.resolve(), text.encode())
        return StackFile(self.path, text, wanted, self.keys)


def write_whole(path: Path, content: bytes) -> None:
    """Write the file completely or not at all. Its permissions stay; a new one has those of any new file."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _said(releases: Releases) -> str:
    live = f" with {releases.pinned!r} live" if releases.pinned else ""
    return f"{json.dumps(releases.listed)}{live}"


def _releases(where: str, config: Mapping[str, Any], keys: Keys) -> Releases:
    listed, live = config.get(keys.releases), config.get(keys.live)
    if listed in (None, ""):
        listed = []
    if isinstance(listed, str):
        try:
            listed = json.loads(listed)
        except ValueError:
            listed = [None]
    if not isinstance(listed, list) or not all(isinstance(release, str) for release in listed):
        raise UsageError(f"{keys.releases} in {where} is no list of texts; releases are texts in quotes: write them so")
    if live is not None and not isinstance(live, str):
        raise UsageError(f"{keys.live} in {where} is {live!r}; a release is a text in quotes: write it so")
    return Releases(tuple(listed), live or None)


def _problem(error: Exception) -> str:
    """The problem and its place. The text at that place is not shown, because it may be user data."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return str(error)
    return f"{getattr(error, 'problem', None)} in line {mark.line + 1}, column {mark.column + 1}"
