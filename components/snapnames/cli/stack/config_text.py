"""Edits the text of a stack's config file: it changes the keys of the releases and leaves every other byte as it is.

A YAML library would write the whole file again, with other folding, quotes and indents.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

import yaml

from snapnames.cli.errors import UsageError
from snapnames.cli.stack.keys import Keys


def config_of(text: str) -> Mapping[str, Any]:
    """What is under `config:`. Raises `ValueError` where that is no map, and `yaml.YAMLError`."""
    file = yaml.safe_load(text)
    if not isinstance(file, dict | None):
        raise ValueError("it is no map with a key `config`")  # noqa: TRY004 -- as text that is no UTF-8 raises
    config = (file or {}).get("config")
    if not isinstance(config, dict | None):
        raise ValueError("its `config` is no map of keys")  # noqa: TRY004 -- the same
    return config or {}


def taken_in_of(config: Mapping[str, Any], keys: Keys) -> dict[str, str]:
    """What is under the key, as far as it is a map of texts."""
    given = config.get(keys.taken_in)
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    return {k: v for k, v in given.items() if isinstance(k, str)} if isinstance(given, dict) else {}


def _entries(text: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """The keys of `config` with the nodes of key and value. Only a mapping with one key a line can be edited."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else []:
        if key.value == "config" and isinstance(value, yaml.MappingNode) and not value.flow_style:
            return {entry[0].value: entry for entry in value.value}
    raise UsageError("the stack's config file has no `config:` with one key a line: set snapnames:service in it first")


def with_releases(text: str, listed: tuple[str, ...], keys: Keys) -> str:
    """The text with these releases in its list."""
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


def with_live(text: str, live: str | None, keys: Keys) -> str:
    """The text with this release as the live one; with no such key for None."""
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


def without_taken(text: str, releases: Collection[str], keys: Keys) -> str:
    """The text without these releases under the key of what was taken in, and without the key where none is left."""
    entries = _entries(text)
    if not releases or keys.taken_in not in entries:
        return text
    key, value = entries[keys.taken_in]
    kept = {one: image for one, image in taken_in_of(config_of(text), keys).items() if one not in releases}
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
