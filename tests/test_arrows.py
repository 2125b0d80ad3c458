"""Arrows go down only: which room imports which, read from the imports themselves."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program import ROOT

PACKAGE = ROOT / "components" / "snapnames"
ROOMS = ("program", "components", "resources", "aws", "config", "rules")
"""From the top down. The components are the modules beside the rooms."""

CLI = ("targets", "ledger", "commands", "recovery", "stack", "state")
SHARED = {"errors", "own_process", "own_updates", "printable", "__init__"}
"""Of the package's own folder: what every room may use."""

BENEATH_THE_COMMANDS = {"account", "advice", "age", "display", "errors"}
"""Of cli/ itself: what the rooms of the command share."""


def _modules() -> dict[str, Path]:
    """Module to file, of the package but its testing part."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        if not name.startswith("snapnames.testing"):
            found[name.removesuffix(".__init__")] = path
    return found


MODULES = _modules()


def _imports(module: str) -> Iterator[str]:
    """The modules that a module imports, anywhere in it."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            found = ".".join(part for part in (base, node.module or "") if part)
            yield from (f"{found}.{a.name}" if f"{found}.{a.name}" in MODULES else found for a in node.names)


def _room(module: str) -> str:
    """The room of a module: one of `ROOMS`, `cli`, or nothing for what all share."""
    parts = module.split(".")[1:]
    if not parts or parts[0] in SHARED or parts == ["name_removal"]:
        return ""
    if parts[0] == "cli" or parts[0] in ROOMS:
        return parts[0]
    return "components"


def _cli_room(module: str) -> str:
    parts = module.split(".")[2:]
    return parts[0] if parts and parts[0] in CLI else ""


def _own(module: str) -> list[str]:
    return [found for found in _imports(module) if found.startswith("snapnames")]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_its_own_room_and_those_beneath_it(module: str) -> None:
    """The command meets the components in `rules`, `aws` and `config` alone."""
    room = _room(module)
    allowed = {"", *ROOMS} if not room else {"", "aws", "config", "rules", "cli"} if room == "cli" else None
    allowed = {"", *ROOMS[ROOMS.index(room) :]} if allowed is None else allowed

    wrong = [found for found in _own(module) if _room(found) not in allowed]

    assert wrong == []


@pytest.mark.parametrize("module", sorted(one for one in MODULES if one.startswith("snapnames.cli.")))
def test_a_module_of_the_command_imports_its_own_room_and_those_beneath_it(module: str) -> None:
    """What the rooms share lies beneath all of them; `app` and `entry` lie above."""
    room, name = _cli_room(module), module.rpartition(".")[2]
    if not room and name not in BENEATH_THE_COMMANDS:
        return
    allowed = {"", *CLI[CLI.index(room) :]} if room else {""}

    wrong = [found for found in _own(module) if found.startswith("snapnames.cli.") and _cli_room(found) not in allowed]

    assert wrong == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    """A circle would have two modules that can't be understood or tested alone."""
    graph = {module: {found for found in _own(module) if found in MODULES} for module in MODULES}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way[way.index(module) :], module))
        if module in done:
            return
        for found in graph[module]:
            visit(found, (*way, module))
        done.add(module)

    for module, imported in graph.items():
        imported.discard("snapnames")  # its names are given by their modules, when they are asked for
        if module != "snapnames":
            visit(module, ())


def test_the_rules_load_neither_pulumi_nor_boto3() -> None:
    """Not by way of another module either: they are tested as plain functions, and start at once."""
    rules = sorted(module for module in MODULES if module.startswith("snapnames.rules."))
    script = (
        f"import sys\nfor module in {rules!r}: __import__(module)\n"
        "print([name for name in ('pulumi', 'boto3', 'botocore') if name in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout

    assert said == "[]\n"


def test_only_the_room_aws_imports_boto3() -> None:
    """Types for the checker do not count, nor does what an error of AWS is called."""
    outside = {
        module: found
        for module in MODULES
        if _room(module) != "aws"
        for found in _imports(module)
        if found.split(".")[0] in ("boto3", "botocore") and found != "botocore.exceptions"
    }

    assert outside == {}


def test_no_private_module_of_a_dependency_is_imported() -> None:
    """It may be gone with the next version."""
    private = {
        (module, found)
        for module in MODULES
        for found in _imports(module)
        if not found.startswith("snapnames")
        and any(part.startswith("_") and part != "__future__" for part in found.split("."))
    }

    assert private == set()
