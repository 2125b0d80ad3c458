"""A command to copy is exactly the arguments that we mean, whatever stands in the text from outside around and in it.

Text from outside is what AWS tells (names, tags, descriptions, reasons, errors) and what a lock says of its holder.
"""

import ast
import io
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from snapnames import InputError
from snapnames.cli.display import Display
from snapnames.cli.recovery import reports
from snapnames.cli.stack.locks import Holder, holders
from snapnames.printable import beside_commands, shell_command, spans
from snapnames.program.source import refuse_reboot
from snapnames.rules.deletable import kept_by_tags
from snapnames.rules.evidence import kept_by
from snapnames.rules.groups import Group
from snapnames.rules.images import STACK_TAG, TAKEN_IN_TAG, Image, Snapshot, Use
from snapnames.rules.rollouts import Refresh
from snapnames.rules.source import Candidate
from snapnames.rules.taken_in import untakeable

from tests.program import ROOT

PACKAGE = ROOT / "components" / "snapnames"
NOW = datetime(2018, 3, 7, 23, 12, tzinfo=UTC)
HOSTILE = (
    "`rm -r ~`",
    "``snapnames recover --unlock``",
    "x`; run `pulumi destroy --yes",
    "web; rm -r ~ #",
    "$(rm -r ~)",
    "'\"`id`\"'",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202e`evil`",
    "a\nrun `rm -r ~`",
    "<script>`x`</script>",
    "| `cell` |",
)
COMMANDS = ("snapnames", "pulumi", "aws", "--drop")
"""What the commands that are shown begin with."""


def image(name: str = "web-1", **more: object) -> Image:
    """One of the account."""
    return replace(Image("ami-1", name, NOW, snapshots={"/dev/sda1": "snap-1"}), **more)  # type: ignore[arg-type]


def group(name: str) -> Group:
    """An Auto Scaling group that nothing launches from."""
    return Group(name, NOW)


def rebooted(name: str) -> str:
    """The refusal to reboot an instance of a group of that name."""
    found = Candidate("i-1", "ami-1", NOW, group=name, in_service=True, launches="ami-1")
    with pytest.raises(InputError) as refused:
        refuse_reboot(found)
    return str(refused.value)


OUTPUTS: dict[str, Callable[[str], str]] = {
    "a command": lambda text: f"run {shell_command('snapnames', 'recover', '--adopt', text)}",
    "a sentence": lambda text: f"the tag {beside_commands(text)} says so: run `pulumi up`",
    "image facts": lambda text: reports.unproven_image(
        reports.image_facts(image(), {"snap-1": text}), "ami-1", "the state has no record of its create", ""
    ),
    "a group": lambda text: reports.unrecorded_group(reports.group_facts(group(text)), text, ["tags"]),
    "a launch configuration": lambda text: reports.unrecorded_configuration(text, []),
    "a launch configuration of a group": lambda text: reports.unrecorded_configuration("web-1", [text]),
    "a name that was taken": lambda text: reports.differing("aws:autoscaling/group:Group", text, ["tags"]),
    "the holder of a lock": lambda text: str(Holder("file:///a.json", text, text, 7, NOW)),
    "what is known of a holder": lambda text: Holder("file:///a.json", text, text, 7, NOW).known,
    "a use": lambda text: f"{Use('ami-1', 'launch configuration', text)} uses it: run `pulumi up`",
    "a refresh": lambda text: f"{Refresh('r-1', 'Failed', NOW, reason=text)}: run `pulumi up`",
    "a tag that says keep": lambda text: "; ".join(kept_by_tags({"keep": text, text: "keep"})),
    "marks of stacks": lambda text: "; ".join(
        kept_by_tags({STACK_TAG: text, TAKEN_IN_TAG: text, f"aws:backup:{text}": ""})
    ),
    "a snapshot that says keep": lambda text: kept_by(Snapshot("snap-1", {"keep": text}), "web-1", None, "{image}"),
    "a snapshot of another name": lambda text: kept_by(Snapshot("snap-1", {"Name": text}), "web-1", None, "{image}"),
    "an image of another stack": lambda text: untakeable(image(tags={STACK_TAG: text}), "web-1", "me"),
    "an image that another stack took": lambda text: untakeable(image(tags={TAKEN_IN_TAG: text}), "web-1", "me"),
    "an image that failed": lambda text: untakeable(image(state="failed", reason=text), "web-1", "me"),
    "a source that serves": rebooted,
}
"""What is said of a text from outside."""


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("output", OUTPUTS)
def test_no_text_from_outside_looks_like_a_command_or_changes_one(output: str, text: str) -> None:
    """Also in the markdown of a comment: what stands between backticks is ours, and a shell reads it as we mean it."""
    said = OUTPUTS[output](text)
    harmless = OUTPUTS[output]("harmless")

    assert shapes(said) == shapes(harmless)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("output", OUTPUTS)
def test_what_a_terminal_gets_is_printable_whatever_was_said(output: str, text: str) -> None:
    """Line by line."""
    written = io.StringIO()

    Display(Console(file=written, force_terminal=True, color_system=None, width=80)).say(OUTPUTS[output](text))

    assert all(line.isprintable() for line in written.getvalue().split("\n"))


def shapes(said: str) -> list[list[str]]:
    """The commands that stand in a text: program and options. Arguments from outside count as one word each."""
    found = [shlex.split(part) for command, part in spans(said) if command]
    assert all(words[0] in COMMANDS for words in found), found
    assert not any("`" in part for command, part in spans(said) if not command)
    return [[word if word.startswith("-") or index == 0 else "" for index, word in enumerate(words)] for words in found]


def test_an_argument_of_a_command_arrives_as_it_was() -> None:
    """A shell reads each back as one argument, if it can be printed."""
    for text in HOSTILE:
        ((command, part),) = spans(shell_command("aws", text))
        assert command
        assert len(shlex.split(part)) == len(["aws", text])
        if text.isprintable():
            assert shlex.split(part) == ["aws", text]


def test_a_holder_that_a_lock_describes_in_backticks_is_told_without_them() -> None:
    """The user's name in it is free text."""
    (found,) = holders("s3://b/a.json: created by `rm -r ~`@host (pid 7) at 2018-03-07T23:12:07Z")

    assert str(found) == "'rm -r ~'@host, process 7, since 2018-03-07 23:12:07 UTC"


def test_no_command_to_copy_is_put_together_from_text() -> None:
    """Between backticks stand only words of the source itself. Everything else is made by `shell_command`."""
    built = {
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if "testing" not in path.parts
        for line in _filled_in(path)
    }

    assert built == set()


def _filled_in(path: Path) -> Iterator[int]:
    """The lines of f-strings of which a value from elsewhere stands between backticks."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.JoinedStr):
            continue
        inside = False
        for part in node.values:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                inside ^= part.value.count("`") % 2 == 1
            elif inside and isinstance(part, ast.FormattedValue) and not _own(part.value):
                yield part.lineno


def _own(value: ast.expr) -> bool:
    """Whether the value is a constant of the source: written in capitals, a text, or one of two of those.

    What went through `beside_commands` is no part of a command, but can't end the span.
    """
    if isinstance(value, ast.IfExp):
        return _own(value.body) and _own(value.orelse)
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == beside_commands.__name__
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id.isupper())
