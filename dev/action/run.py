"""Runs `snapnames deploy` for the action: `run.py preview` or `run.py deploy`. It needs only Python.

Everything that it is told stands in environment variables, and each value gets to the command as one argument. No shell
reads any of them. The exit code is that of the command.
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

USAGE = 2
OUTPUTS = ("release", "image", "live")
SHOWN = ("image", "names", "changes", "dropped", "kept", "notes")


class UsageError(Exception):
    """An input can't be used; the message says which, and what it has to be."""


def main(command: str, environment: Mapping[str, str]) -> int:
    """Do what the action's input `command` says."""
    work = {"preview": preview, "deploy": deploy}.get(command)
    if work is None:
        print(f"error: the input command is {command!r}: it has to be preview, comment or deploy", file=sys.stderr)
        return USAGE
    try:
        return work(deployment(environment), environment)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE


def deployment(environment: Mapping[str, str]) -> list[str]:
    """The command line of a deployment; a value can't be taken for an option."""
    keep = environment.get("INPUT_KEEP", "")
    if keep and not (keep.isascii() and keep.isdecimal()):
        raise UsageError(f"the input keep is {keep!r}: it has to be a number of releases")
    release = environment.get("INPUT_RELEASE") or environment.get("GITHUB_RUN_ID", "")
    if not release:
        raise UsageError("the input release is empty, and no GITHUB_RUN_ID is there to name the release by")
    return ["deploy", *place(environment), f"--release={release}", *([f"--keep={keep}"] if keep else []), "--json"]


def place(environment: Mapping[str, str]) -> list[str]:
    """The options for the stack and its folder."""
    stack = environment.get("INPUT_STACK", "")
    if not stack:
        raise UsageError("the input stack is empty: give the name of the stack")
    return [f"--stack={stack}", f"--cwd={environment.get('INPUT_FOLDER') or '.'}"]


def preview(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a preview, and write what it says into the file that the job with the token reads."""
    code, said = _run([*arguments, "--preview"])
    file = Path(environment["INPUT_FILE"])
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {"stack": environment["INPUT_STACK"], "exit": code, "preview": _without_values(said)}
    file.write_text(json.dumps(told), encoding="utf-8")
    return code


def _without_values(said: object) -> object:
    """What a preview says, without the values of properties: whoever may read the repository may read the file."""
    if not isinstance(said, dict):
        return None
    properties = [{key: one[key] for key in ("resource", "property")} for one in said.get("properties", [])]
    return {**{key: said[key] for key in SHOWN if key in said}, "properties": properties}


def deploy(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Deploy; before that, repair the stack if an attempt of this run has ended before, or a person asks for it.

    Where the repair fails, for example because another update holds the lock, nothing is deployed.
    """
    unlock = environment.get("INPUT_UNLOCK") == "true"
    if unlock or _attempt(environment) > 1:
        code, _ = _run(["recover", *place(environment), *(["--unlock"] if unlock else []), "--json"])
        if code:
            return code
    code, said = _run(arguments)
    if not code and isinstance(said, dict):
        _tell({name: said.get(name) for name in OUTPUTS}, environment)
    return code


def _attempt(environment: Mapping[str, str]) -> int:
    """1 at first, 2 when somebody has retried the run.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    text = environment.get("GITHUB_RUN_ATTEMPT", "1")
    return int(text) if text.isascii() and text.isdecimal() else 1


def _run(arguments: Sequence[str]) -> tuple[int, object]:
    """The exit code of a command, and the JSON that it printed. What a person reads goes to the log."""
    program = shutil.which("snapnames")
    if program is None:
        raise UsageError("the command snapnames is not on PATH: install it, or leave the input install as it is")
    done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 -- no shell
    sys.stdout.write(done.stdout)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        return done.returncode, None


def _tell(outputs: Mapping[str, object], environment: Mapping[str, str]) -> None:
    """Write the action's outputs; the line that ends a value can't be guessed, so no value adds another output."""
    with Path(environment["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        for name, value in outputs.items():
            end = uuid.uuid4().hex
            file.write(f"{name}<<{end}\n{'' if value is None else value}\n{end}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "", os.environ))
