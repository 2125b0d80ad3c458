"""What a page of the project leads to: links, headings, and files that it names."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.program import ROOT

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\[(?:[^\[\]]|\n)*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,3} (.+)$", re.MULTILINE)
"""Down to the depth to which `docs/conf.py` gives headings an anchor."""

_FOLDERS = "benchmarks|components|dev|docs|examples|tests"
_FILE = re.compile(rf"`((?:{_FOLDERS})/[\w./-]+)`|<!-- not run: [^>]*?\b((?:{_FOLDERS})/[\w./-]+)")
_ELSEWHERE = ("http://", "https://", "mailto:")


def dead(page: Path) -> Iterator[str]:
    """The links of a page that lead nowhere, and the files that it names and that are not there."""
    text = page.read_text(encoding="utf-8")
    for target in _LINK.findall(_CODE.sub("", _FENCE.sub("", text))):
        if not target.startswith(_ELSEWHERE) and not _leads_somewhere(page, target):
            yield f"{page.relative_to(ROOT)}: the link to {target}"
    for found in _FILE.findall(_FENCE.sub("", text)):
        name = (found[0] or found[1]).rstrip("/.")
        if name not in _tracked():
            yield f"{page.relative_to(ROOT)}: the file {name}"


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.is_relative_to(ROOT) or (file != page and str(file.relative_to(ROOT)) not in _tracked()):
        return False
    return not anchor or anchor in anchors(file.read_text(encoding="utf-8"))


def anchors(text: str) -> set[str]:
    r"""The anchors of a page's headings, as GitHub and `make docs` make them.

    >>> sorted(anchors("# What `recover` finds, and does\n\n## A group that others set too\n"))
    ['a-group-that-others-set-too', 'what-recover-finds-and-does']
    """
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(text)}


@cache
def _tracked() -> frozenset[str]:
    """Every file that git tracks or would take, and every folder that has one."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return frozenset(listed) | {str(parent) for name in listed for parent in Path(name).parents}
