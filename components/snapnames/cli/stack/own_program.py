"""The project's program in the command's own process, if it is snapnames' own and nothing else.

Pulumi's language host starts Python twice for each run: once for `pip list`, and once for the program. That is half of
what a run costs that gives a few names.
"""

import ast
import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, chdir, nullcontext, suppress
from pathlib import Path
from typing import Any

import yaml

_OWN = ast.dump(ast.parse("from snapnames.program.stack import declare_stack\n\ndeclare_stack()\n"))
"""The whole program, as `snapnames init` writes it."""

_OTHER_PYTHON = "PULUMI_PYTHON_CMD"
"""The environment variable that names the Python of the language host."""

_SHADOWS = ("snapnames", "pulumi", "boto3", "botocore")
"""Modules that a folder beside the program would replace, because Python looks there first."""


class OwnProgram:
    """The program. Pulumi can't end it as it ends a process, so whoever runs it does that with `stop`."""

    def __init__(self, path: Path) -> None:
        """Compile it."""
        self.folder = path.parent.resolve()
        self._path, self._code = path, compile(path.read_bytes(), str(path), "exec")
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> None:
        """Run it, as Python runs a program."""
        self._loop = asyncio.get_running_loop()
        exec(self._code, {"__name__": "__main__", "__file__": str(self._path)})  # noqa: S102 -- it is snapnames' own

    def stop(self) -> None:
        """End it, also where it waits for the turn of a name. Does nothing to one that has ended."""
        loop = self._loop
        if loop is None:
            return

        def cancel() -> None:
            for task in asyncio.all_tasks(loop):
                task.cancel()

        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(cancel)


def own_program(folder: Path, stack_file: str) -> OwnProgram | None:
    """The program, if to run it here is the same as to let Pulumi run it.

    `folder`: that of Pulumi.yaml. `stack_file`: the text of the stack's config file. None if the program is another
    one, if another Python would run it, or if the stack has environments, which Pulumi puts into the variables of the
    program.
    """
    settings = yaml.safe_load((_file(folder)).read_text(encoding="utf-8"))
    main = folder / (settings.get("main") or ".")
    path = main if main.suffix == ".py" else main / "__main__.py"
    if not path.is_file() or not _is_own(path) or not _same_python(folder, settings.get("runtime")):
        return None
    if (yaml.safe_load(stack_file) or {}).get("environment"):
        return None
    return OwnProgram(path)


def in_folder_of(program: OwnProgram | None) -> AbstractContextManager[None]:
    """While this lasts, the process is in the folder of the program, as a program is that Pulumi runs."""
    return chdir(program.folder) if program else nullcontext()


def _file(folder: Path) -> Path:
    path = folder / "Pulumi.yaml"
    return path if path.exists() else folder / "Pulumi.yml"


def _is_own(path: Path) -> bool:
    """Whether the program does what snapnames' own does and nothing else. A docstring and comments do nothing."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return False
    if ast.get_docstring(tree, clean=False) is not None:
        del tree.body[0]
    shadowed = any((path.parent / name).is_dir() or (path.parent / f"{name}.py").exists() for name in _SHADOWS)
    return ast.dump(tree) == _OWN and not shadowed


def _same_python(folder: Path, runtime: object) -> bool:
    """Whether the language host would run the program with the Python that runs this."""
    if os.environ.get(_OTHER_PYTHON):
        return False
    options: Mapping[str, Any] = {}
    if isinstance(runtime, Mapping):
        options, runtime = runtime.get("options") or {}, runtime.get("name")
    if runtime != "python" or options.keys() - {"toolchain", "virtualenv"} or options.get("toolchain", "pip") != "pip":
        return False
    if options.get("virtualenv"):
        return bool((folder / str(options["virtualenv"])).resolve() == Path(sys.prefix).resolve())
    found = shutil.which("python3") or shutil.which("python")
    return found is not None and Path(found).parent.resolve() == Path(sys.executable).parent.resolve()
