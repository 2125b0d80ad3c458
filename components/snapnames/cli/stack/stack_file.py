"""Edits the stack's config file: it changes two keys and leaves every other byte as it is.

The edit is made in the text. A YAML library would write the whole file again, with other folding, quotes and indents.
"""

import json
import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from snapnames.cli.errors import CommandError, UsageError
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
            config = _config(text)
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
        return _config(self.text)

    @property
    def taken_in(self) -> dict[str, str]:
        """Release to the id of its image, of the releases that others built. Faults of the map are the program's."""
        return _taken_in(_config(self.text), self.keys)

    def check(self, config: Mapping[str, str], project: str) -> None:
        """Raise `UsageError` unless the stack's config (key to value) has its releases from this file's two keys.

        If the releases are written elsewhere, the command does not see them, and the next update would drop all of
        them. A short key belongs to the project. If a file has a short and a whole key, pulumi takes either of them.
        """
        found, (releases, live_key, _) = _releases("the stack's config", config, self.keys), self.keys
        short = {key.removeprefix(f"{project}:") for key in (releases, live_key)} - {releases, live_key}
        if found == self.releases and not short & _config(self.text).keys():
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
            text = _with_live(_with_releases(self.text, wanted.listed, self.keys), wanted.pinned, self.keys)
            text = _without_taken(text, {*self.taken_in} - {*wanted.listed}, self.keys)
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
        taken = _taken_in(before["config"], self.keys)
        if _taken_in(after["config"], self.keys) != {one: taken[one] for one in taken if one in wanted.listed}:
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
        now, changed = file.releases, changed_lists(_config(self.text), _config(file.text))
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


def _config(text: str) -> Mapping[str, Any]:
    """What is under `config:`. Raises `ValueError` where that is no map, and `yaml.YAMLError`."""
    file = yaml.safe_load(text)
    if not isinstance(file, dict | None):
        raise ValueError("it is no map with a key `config`")  # noqa: TRY004 -- as text that is no UTF-8 raises
    config = (file or {}).get("config")
    if not isinstance(config, dict | None):
        raise ValueError("its `config` is no map of keys")  # noqa: TRY004 -- the same
    return config or {}


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


def _taken_in(config: Mapping[str, Any], keys: Keys) -> dict[str, str]:
    """What is under the key, as far as it is a map of texts."""
    given = config.get(keys.taken_in)
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    return {k: v for k, v in given.items() if isinstance(k, str)} if isinstance(given, dict) else {}


def _problem(error: Exception) -> str:
    """The problem and its place. The text at that place is not shown, because it may be user data."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return str(error)
    return f"{getattr(error, 'problem', None)} in line {mark.line + 1}, column {mark.column + 1}"


def _entries(text: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """The keys of `config` with the nodes of key and value. Only a mapping with one key a line can be edited."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else []:
        if key.value == "config" and isinstance(value, yaml.MappingNode) and not value.flow_style:
            return {entry[0].value: entry for entry in value.value}
    raise UsageError("the stack's config file has no `config:` with one key a line: set snapnames:service in it first")


def _with_releases(text: str, listed: tuple[str, ...], keys: Keys) -> str:
    entries = _entries(text)
    if keys.releases not in entries:
        first = _line_start(text, next(iter(entries.values()))[0].start_mark.index)
        indent, newline = _indent(text, first), _newline(text)
        items = "".join(f"{indent}  - {json.dumps(release)}{newline}" for release in listed)
        return f"{text[:first]}{indent}{keys.releases}:{newline}{items}{text[first:]}"
    value = entries[keys.releases][1]
    start, end = value.start_mark.index, value.end_mark.index
    if isinstance(value, yaml.SequenceNode) and not value.flow_style:
        return _with_items(text, value, listed)
    flow = json.dumps(list(listed))
    if start == end:  # nothing is there, and where it would be is right behind the colon
        return f"{text[:start]} {flow}{text[end:]}"
    if not isinstance(value, yaml.SequenceNode):
        flow = "'{}'".format(flow.replace("'", "''"))
    return f"{text[:start]}{flow}{text[end:]}"


def _with_items(text: str, value: yaml.SequenceNode, listed: tuple[str, ...]) -> str:
    """Add a line for each new item in its place, and remove the lines of items that are no longer listed."""
    newline = _newline(text)
    ended = text if text.endswith("\n") else text + newline
    lines = {
        item.value: (_line_start(ended, item.start_mark.index), _line_end(ended, item.end_mark.index))
        for item in value.value
    }
    first, place = min(lines.values())[0], max(lines.values())[1]
    edits = [(start, end, "") for release, (start, end) in lines.items() if release not in listed]
    for release in reversed(listed):
        if release in lines:
            place = lines[release][0]
        else:
            edits.append((place, place, f"{_indent(ended, first)}- {json.dumps(release)}{newline}"))
    edited = ended
    for start, end, line in sorted(edits, key=lambda edit: -edit[0]):  # from the bottom up, so that places stay right
        edited = edited[:start] + line + edited[end:]
    return edited if ended == text else edited.removesuffix(newline)


def _with_live(text: str, live: str | None, keys: Keys) -> str:
    entries = _entries(text)
    if keys.live in entries:
        key, value = entries[keys.live]
        if live is not None:
            return text[: value.start_mark.index] + json.dumps(live) + text[value.end_mark.index :]
        return text[: _line_start(text, key.start_mark.index)] + text[_line_end(text, value.end_mark.index) :]
    if live is None:
        return text
    line = _line_start(text, entries[keys.releases][0].start_mark.index)
    return f"{text[:line]}{_indent(text, line)}{keys.live}: {json.dumps(live)}{_newline(text)}{text[line:]}"


def _without_taken(text: str, releases: Collection[str], keys: Keys) -> str:
    """The text without these releases under the key of what was taken in, and without the key where none is left."""
    entries = _entries(text)
    if not releases or keys.taken_in not in entries:
        return text
    key, value = entries[keys.taken_in]
    kept = {one: image for one, image in _taken_in(_config(text), keys).items() if one not in releases}
    if not kept:
        return text[: _line_start(text, key.start_mark.index)] + text[_line_end(text, _last(value)) :]
    if isinstance(value, yaml.MappingNode) and not value.flow_style:
        for item, image in reversed(value.value):
            if item.value in releases:
                first, behind = _line_start(text, item.start_mark.index), _line_end(text, image.end_mark.index)
                text = text[:first] + text[behind:]
        return text
    flow = json.dumps(kept)
    if not isinstance(value, yaml.MappingNode):
        flow = "'{}'".format(flow.replace("'", "''"))
    return f"{text[: value.start_mark.index]}{flow}{text[value.end_mark.index :]}"


def _last(value: yaml.Node) -> int:
    """Where the last line of a value is: a block ends where the next key begins."""
    if isinstance(value, yaml.MappingNode) and not value.flow_style:
        return int(value.value[-1][1].end_mark.index)
    return int(value.end_mark.index)


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    """The start of the next line."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _indent(text: str, index: int) -> str:
    start = _line_start(text, index)
    line = text[start : _line_end(text, start)]
    return line[: len(line) - len(line.lstrip(" "))]


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
