"""The commands that README and docs show, and what stands beside them about how they are run.

A block of commands has one of these lines before it:

    <!-- run -->                    a test runs it, and compares the output that a `console` block shows
    <!-- not run: why -->           nothing does, for a reason that a reader can judge

and the blocks that follow `<!-- setup: NAME -->` share one shell, in a place that `sessions.py` prepares under that
name.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.program import ROOT

PROGRAMS = {
    *(
        "aws",
        "cd",
        "cp",
        "curl",
        "echo",
        "eval",
        "git",
        "go",
        "make",
        "mv",
        "npm",
        "pip",
        "pulumi",
        "python",
        "rm",
        "sed",
    ),
    *("snapnames", "uv"),
}
LANGUAGES = ("", "bash", "console", "sh", "shell")
RUN, NOT_RUN = re.compile(r"<!-- run -->"), re.compile(r"<!-- not run: \S.* -->")
SETUP = re.compile(r"<!-- setup: (.+) -->")
FIRST_SETUP = "a clone"


@dataclass(frozen=True)
class Command:
    """A line for the shell, and the lines of output that are shown under it."""

    text: str
    shown: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Block:
    """A block of code that has commands in it."""

    where: str
    """`README.md:12`."""

    mark: str
    setup: str
    commands: list[Command]

    @property
    def runs(self) -> bool:
        """Whether a test runs it."""
        return RUN.fullmatch(self.mark) is not None

    @property
    def fault(self) -> str:
        """What is wrong with its mark, and what to do about it."""
        if self.runs or NOT_RUN.fullmatch(self.mark):
            return ""
        return (
            f"{self.where} shows commands, of which the line before it does not say how they are run: write "
            "`<!-- run -->`, or `<!-- not run: why -->` where they can't be"
        )


def pages() -> list[Path]:
    """Everything that tells a user what to type."""
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in sorted(listed.splitlines()) if name != "CHANGELOG.md"]


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page that have commands, in order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    name, mark, setup, number = str(page.relative_to(ROOT)), "", FIRST_SETUP, 0
    while number < len(lines):
        line, start = lines[number], number
        number += 1
        if line.startswith("```"):
            end = next(end for end in range(number, len(lines)) if lines[end].startswith("```"))
            language, content, number = line.strip("`").strip(), lines[number:end], end + 1
        elif line.startswith("    ") and not lines[start - 1].strip():
            while number < len(lines) and (lines[number].startswith("    ") or not lines[number].strip()):
                number += 1
            language, content = "", [text[4:] for text in lines[start:number]]
        else:
            found = SETUP.fullmatch(line)
            setup = found[1] if found else setup
            mark = line if line.strip() and not found else mark if not line.strip() or found else ""
            continue
        commands = _commands(language, content)
        if commands:
            yield Block(f"{name}:{start + 1}", mark, setup, commands)
        mark = ""


def _commands(language: str, lines: list[str]) -> list[Command]:
    """The commands of a block: lines after a `$` with their output, or every line of a block without one."""
    if language not in LANGUAGES:
        return []
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    if any(line.startswith("$ ") for line in joined):
        found: list[Command] = []
        for line in joined:
            if line.startswith("$ "):
                found.append(Command(line[2:]))
            elif found and line.strip():
                found[-1].shown.append(line)
        return found
    texts = [line for line in joined if line.strip() and not line.startswith("#")]
    return [Command(text) for text in texts] if any(text.split()[0] in PROGRAMS for text in texts) else []
