"""The comment that the GitHub Action writes on a pull request: what it shows, and what it lets nobody do."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dev.action.comment import LIMIT, code, markdown, marker

from .action import PREVIEW, act


def test_a_comment_shows_names_and_changes_but_no_value() -> None:
    """Everybody who may read the repository may read it."""
    said = {
        **PREVIEW,
        "properties": [{"resource": "launch template web", "property": "userData", "old": "hidden", "new": "secret"}],
        "dropped": ["0"],
        "kept": [{"release": "9", "why": ["in use"]}],
        "notes": ["a note"],
    }

    body = markdown({"stack": "production", "exit": 0, "preview": said})

    assert body.splitlines()[0] == marker("production")
    assert "### Preview of `web-1` on stack `production`" in body
    shown = ("`create image`: `1`", "- `web-1(001)`", "- `launch template web`: `userData`", "- `0`", "- `9`")
    assert [one for one in (*shown, "- `a note`") if one not in body] == []
    assert [word for word in ("hidden", "secret") if word in body] == []


HOSTILE = [
    "a`b",
    "``` \n# big",
    "<img src=x>",
    "@team",
    "[x](https://example.com)",
    "-->",
    "\u202eback",
    "`",
    " ",
    "x" * 10_000,
    None,
    {"a": ["b"]},
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_a_pull_request_puts_into_the_preview_is_shown_as_code(hostile: object) -> None:
    """Nothing of it stands outside of a code span, where it could be a link, or call somebody."""
    said = {
        **dict.fromkeys(("image", "names", "changes", "dropped", "properties", "kept", "notes"), hostile),
        "names": {str(hostile): hostile},
        "dropped": [hostile],
        "notes": [hostile],
        "kept": [{"release": hostile}, hostile],
        "properties": [{"resource": hostile, "property": hostile}],
    }

    body = markdown({"stack": hostile, "exit": 0, "preview": said})

    outside = re.sub(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)", "", body)
    assert "`" not in outside
    assert [word for word in ("@", "img", "http", "big", "\u202e", "back") if word in outside] == []
    assert outside.count("<!--") == 1


def test_a_comment_is_no_longer_than_github_takes_and_says_how_much_is_left_out() -> None:
    """Also where each character takes four bytes."""
    said = {**PREVIEW, "names": {str(n): f"{'🦊' * 100}{n}" for n in range(2000)}}

    body = markdown({"stack": "production", "exit": 0, "preview": said})

    shown = body.count("🦊0") + len(re.findall("🦊[1-9]", body))
    assert len(body.encode()) <= LIMIT
    assert body.endswith(f"{2000 - shown} more lines do not fit into a comment: the log of the job has all of them.")
    assert shown > 100


def test_code_has_an_example_of_each_rule() -> None:
    """A space beside a backtick is taken away by markdown, so it is added."""
    assert [code(one) for one in ("a", "a`b", "`", "\x1b[2J")] == ["`a`", "``a`b``", "`` ` ``", r"`\x1b[2J`"]


class GitHub:
    """The three calls of GitHub's API that a comment needs, for one repository."""

    def __init__(self, status: int = 200) -> None:
        """With a comment of a person who has written the marker, and of a robot who has not."""
        self.status, self.seen = status, list[tuple[str, str, str]]()
        self.comments = [
            {"id": 1, "body": f"{marker('production')}\nmine", "user": {"type": "User"}},
            {"id": 2, "body": "tests pass", "user": {"type": "Bot"}},
        ]

    def answer(self, method: str, path: str, token: str, body: str) -> object:
        """What GitHub answers."""
        self.seen.append((method, path, token))
        if method == "GET":
            return self.comments
        if method == "POST":
            self.comments.append({"id": len(self.comments) + 1, "body": body, "user": {"type": "Bot"}})
        else:
            next(one for one in self.comments if path.endswith(f"/{one['id']}"))["body"] = body
        return {}


@pytest.fixture
def github() -> Iterator[tuple[GitHub, str]]:
    """It, and its URL."""
    hub = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = json.loads(self.rfile.read(length) or b"{}").get("body", "")
            told = hub.answer(self.command, self.path, self.headers["Authorization"], sent)
            text = json.dumps(told).encode()
            self.send_response(hub.status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 -- as http.server calls them

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield hub, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _commenting(runner: Mapping[str, str], url: str, folder: Path, event: object) -> dict[str, str]:
    (folder / "event.json").write_text(json.dumps(event), encoding="utf-8")
    file = Path(runner["INPUT_FILE"])
    file.parent.mkdir(exist_ok=True)
    told = {"stack": "production", "exit": 0, "preview": PREVIEW}
    file.write_text(json.dumps({**told, "pull_request": {"number": 666}}), encoding="utf-8")
    return {
        **runner,
        "INPUT_COMMAND": "comment",
        "GITHUB_API_URL": url,
        "GITHUB_TOKEN": "dummy",
        "GITHUB_REPOSITORY": "team/web",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "NO_PROXY": "*",
    }


def test_a_second_preview_changes_the_comment_of_the_first(
    runner: dict[str, str], tmp_path: Path, github: tuple[GitHub, str]
) -> None:
    """On the pull request that GitHub names, and never a comment of a person."""
    hub, url = github
    variables = _commenting(runner, url, tmp_path, {"pull_request": {"number": 12}})

    first = act("comment.py", variables=variables, cwd=tmp_path)
    again = act("comment.py", variables=variables, cwd=tmp_path)

    assert (first.code, first.out) == (0, "wrote a comment on pull request 12\n")
    assert (again.code, again.out) == (0, "changed the comment of before on pull request 12\n")
    assert [one["body"] for one in hub.comments[:2]] == [f"{marker('production')}\nmine", "tests pass"]
    assert [str(one["body"]).splitlines()[0] for one in hub.comments[2:]] == [marker("production")]
    assert [(method, path) for method, path, _ in hub.seen if method != "GET"] == [
        ("POST", "/repos/team/web/issues/12/comments"),
        ("PATCH", "/repos/team/web/issues/comments/3"),
    ]
    assert {token for _, _, token in hub.seen} == {"Bearer dummy"}


def test_a_token_that_may_not_write_is_said_in_a_sentence(
    runner: dict[str, str], tmp_path: Path, github: tuple[GitHub, str]
) -> None:
    """As that of a pull request from a fork. The token is not shown."""
    hub, url = github
    hub.status = 403

    done = act(
        "comment.py", variables=_commenting(runner, url, tmp_path, {"pull_request": {"number": 12}}), cwd=tmp_path
    )

    assert done.code == 1
    assert done.err.startswith("error: GitHub answers 403 to GET /repos/team/web/issues/12/comments")
    assert "`pull-requests: write`" in done.err
    assert "dummy" not in done.err


def test_a_run_without_a_pull_request_comments_on_nothing(
    runner: dict[str, str], tmp_path: Path, github: tuple[GitHub, str]
) -> None:
    """Not even where the preview names one."""
    hub, url = github

    done = act("comment.py", variables=_commenting(runner, url, tmp_path, {"ref": "refs/heads/main"}), cwd=tmp_path)

    assert (done.code, hub.seen) == (1, [])
    assert "belongs to no pull request" in done.err
