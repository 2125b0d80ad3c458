"""Shows a preview as a comment on a pull request, in place of the one before. It needs only Python.

The preview comes from a job that has run the program of the pull request, so every word of it may be written by
whoever opened the pull request. Each word gets into the comment as code: it can be no link, no picture and no HTML, and
it can call nobody.
Values of properties stay out, because everybody who may read the repository may read the comment.
"""

import hashlib
import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LIMIT = 65_536
"""Characters of a comment's body. GitHub answers `body is too long (maximum is 65536 characters)` to more."""

NAME_LIMIT = 300
FILE_LIMIT = 10_000_000
PAGES = 20
_MORE = 200
"""Bytes for the line that says how much is left out."""


class CommentError(Exception):
    """The comment can't be written; the message says why, and what to do."""


def main(environment: Mapping[str, str]) -> int:
    """Write the comment, or what GitHub shows at the run; the exit code is 1 if it can't be written."""
    try:
        body = markdown(_read(Path(environment["INPUT_FILE"])))
        if environment.get("INPUT_COMMAND") == "comment":
            print(post(body, environment))
            return 0
        with Path(environment["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
            summary.write(f"{body}\n")
    except CommentError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _read(file: Path) -> Mapping[str, Any]:
    try:
        if file.stat().st_size > FILE_LIMIT:
            raise CommentError(f"{file.name} has more than {FILE_LIMIT} bytes, so it is no preview")
        told = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise CommentError(f"there is no preview to show: {error}") from error
    if not isinstance(told, dict):
        raise CommentError(f"{file.name} is no preview: it is not a JSON object")
    return told


def marker(stack: object) -> str:
    """The first line of the comment on this stack, by which the next preview finds it."""
    return f"<!-- snapnames preview {hashlib.sha256(str(stack).encode(errors='replace')).hexdigest()[:16]} -->"


def markdown(told: Mapping[str, Any]) -> str:
    """The comment; no longer than GitHub takes, and then it says how much is left out."""
    stack, said = told.get("stack"), told.get("preview")
    lines = [marker(stack)]
    if told.get("exit") != 0 or not isinstance(said, dict):
        lines.append(f"### The preview of stack {code(stack)} failed\n\nThe exit code is {code(told.get('exit'))}.")
        return "\n".join([*lines, "The log of the job says why."])
    lines.append(f"### Preview of {code(said.get('image'))} on stack {code(stack)}\n")
    lines.append("This is what a deployment would do now. Nothing was done.\n")
    return _short([*lines, *_lines(said)])


def _lines(said: Mapping[str, Any]) -> Iterator[str]:
    changes = _pairs(said.get("changes"))
    yield "**To do:** " + (", ".join(f"{code(what)}: {code(count)}" for what, count in changes) or "nothing")
    for title, items in (
        (
            "Names of the snapshots",
            [code(name) for _, name in sorted(_pairs(said.get("names")), key=lambda pair: str(pair[1]))],
        ),
        ("Properties that change", _properties(said.get("properties"))),
        ("Releases that would be dropped", [code(one) for one in _list(said.get("dropped"))]),
        ("Releases that would stay, because AWS would refuse to delete them", _kept(said.get("kept"))),
        ("Notes", [code(note) for note in _list(said.get("notes"))]),
    ):
        if items:
            yield f"\n**{title}**\n"
            yield from (f"- {item}" for item in items)


def _properties(value: object) -> list[str]:
    found = [one for one in _list(value) if isinstance(one, dict)]
    return [f"{code(one.get('resource'))}: {code(one.get('property'))}" for one in found]


def _kept(value: object) -> list[str]:
    return [code(one.get("release")) for one in _list(value) if isinstance(one, dict)]


def _pairs(value: object) -> list[tuple[object, object]]:
    return list(value.items()) if isinstance(value, dict) else []


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _short(lines: list[str]) -> str:
    """As many lines as fit. Bytes are counted, of which a text never has fewer than characters, however they count."""
    room, shown = LIMIT - _MORE, 0
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        shown += 1
    left = len(lines) - shown
    more = [f"\n{left} more lines do not fit into a comment: the log of the job has all of them."] if left else []
    return "\n".join([*lines[:shown], *more])


def code(value: object) -> str:
    r"""Any value as code of markdown that nothing in it can end, on one line.

    >>> print(code("front-web-42(001)"), code("a`b``c"), code("`x`"), code("\n@team"), code(""))
    `front-web-42(001)` ```a`b``c``` `` `x` `` `\n@team` `(empty)`
    """
    text = "".join(one if one.isprintable() else repr(one)[1:-1] for one in str(value))
    if len(text) > NAME_LIMIT:
        text = f"{text[:NAME_LIMIT]}… ({len(text)} characters)"
    if not text.strip():
        text = "(empty)"
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{space}{text}{space}{fence}"


def post(body: str, environment: Mapping[str, str]) -> str:
    """Change the comment that an earlier run has made, or make one; gives what was done."""
    number = _pull_request(environment)
    comments = f"/repos/{environment['GITHUB_REPOSITORY']}/issues/{number}/comments"
    first = body.partition("\n")[0]
    for page in range(1, PAGES + 1):
        found = _ask(environment, "GET", f"{comments}?per_page=100&page={page}")
        for comment in found:
            # Anybody can write the marker; only what an app wrote is changed.
            if comment["user"]["type"] == "Bot" and str(comment["body"]).startswith(first):
                _ask(
                    environment,
                    "PATCH",
                    f"/repos/{environment['GITHUB_REPOSITORY']}/issues/comments/{int(comment['id'])}",
                    body,
                )
                return f"changed the comment of before on pull request {number}"
        if len(found) < 100:
            break
    _ask(environment, "POST", comments, body)
    return f"wrote a comment on pull request {number}"


def _pull_request(environment: Mapping[str, str]) -> int:
    """The number that GitHub itself gives the run; no file of the pull request's program says it."""
    event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    try:
        return int(event["pull_request"]["number"])
    except (KeyError, TypeError, ValueError) as error:
        raise CommentError(
            "this run belongs to no pull request, so there is nothing to comment on: run it `on: pull_request`"
        ) from error


def _ask(environment: Mapping[str, str], method: str, path: str, body: str | None = None) -> Any:  # noqa: ANN401 -- JSON
    request = urllib.request.Request(  # noqa: S310 -- GitHub's own address, which the runner sets
        f"{environment['GITHUB_API_URL']}{path}",
        None if body is None else json.dumps({"body": body}).encode(),
        {
            "Authorization": f"Bearer {environment['GITHUB_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
            "User-Agent": "snapnames",
        },
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 -- the same
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise CommentError(f"GitHub answers {error.code} to {method} {path}: {_why(error.code)}") from error
    except (OSError, ValueError) as error:
        raise CommentError(f"GitHub can't be asked for {method} {path}: {error}") from error


def _why(status: int) -> str:
    if status in {401, 403, 404}:
        return (
            "the token of the job may not do this. Give the job the permission `pull-requests: write`. A pull request "
            "from a fork has a token that only reads; the summary of the run has the preview"
        )
    return "try again later; the summary of the run has the preview"


if __name__ == "__main__":
    sys.exit(main(os.environ))
