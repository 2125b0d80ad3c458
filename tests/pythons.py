"""The Pythons that the stacks of the tests run their programs and commands with. They do less twice.

Pulumi's language host runs `pip list` at each command, to find the plugins that the packages need. The packages of this
Python don't change while its tests run, so pip is asked once. And what runs to its end in a test begins as a copy of a
process that has imported everything: see `ready_python.py`. What a test kills or interrupts is started as users do.
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir, mkdtemp

PYTHON_COMMAND = "PULUMI_PYTHON_CMD"
"""The environment variable that names the Python of the language host."""

PIP_LIST = ("-m", "pip", "list", "-v", "--format", "json")
"""As the language host asks for it."""

_READY = Path(__file__).with_name("ready_python.py")
_CLIENT = (sys.executable, "-IS", str(_READY), "run")
_COPIES = hasattr(os, "pidfd_open") and len(gettempdir()) < 80
"""Whether this system can tell the end of a copy, as Linux can, and takes the path of the socket: at most 107 bytes."""

_SCRIPT = """#!/bin/sh
if [ "$*" = {asked} ]; then exec cat {answer}; fi
{more}exec {python} "$@"
"""
_PULUMI = f'#!/bin/sh\n{PYTHON_COMMAND}={{python}} exec {{real}} "$@"\n'
_MORE = 'case "$1" in */pulumi-language-python-exec) exec {client} "$@";; esac\n'


@cache
def answering() -> str:
    """The path of a Python that knows what `pip list` says."""
    return _written("answering", "")


@cache
def ready() -> str:
    """The path of one that also runs the program as a copy of the process that has imported everything."""
    return _written("ready", _MORE.format(client=shlex.join(client()))) if _COPIES else answering()


def client() -> list[str]:
    """The words before a script and its arguments, with which it is run as such a copy."""
    return [*_CLIENT, str(_server()[1])] if _COPIES else [sys.executable]


def with_python(path: str, python: str) -> str:
    """The PATH, and before it a pulumi that runs programs with this Python, and is else the one on the PATH."""
    real = shutil.which("pulumi", path=path)
    assert real
    return f"{_pulumi(real, python)}:{path}"


@cache
def _pulumi(real: str, python: str) -> Path:
    folder = Path(mkdtemp(dir=_folder()))
    command = folder / "pulumi"
    command.write_text(_PULUMI.format(python=shlex.quote(python), real=shlex.quote(real)), encoding="utf-8")
    command.chmod(0o755)
    return folder


def stop() -> None:
    """End the process that has imported everything, if there is one."""
    if _server.cache_info().currsize:
        process, _ = _server()
        process.terminate()
        process.wait()
        _server.cache_clear()


@cache
def _server() -> tuple[subprocess.Popen[bytes], Path]:
    """That process, and the socket at which it answers."""
    socket = _folder() / "socket"
    process = subprocess.Popen(
        [sys.executable, str(_READY), "serve", str(socket)],
        cwd=_folder(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        process_group=0,
    )
    while not socket.exists():
        assert process.poll() is None
        time.sleep(0.05)
    return process, socket


def _written(name: str, more: str) -> str:
    command = _folder() / name
    words = {"asked": " ".join(PIP_LIST), "answer": str(_pip_list()), "python": sys.executable}
    text = _SCRIPT.format(more=more, **{key: shlex.quote(word) for key, word in words.items()})
    command.write_text(text, encoding="utf-8")
    command.chmod(0o755)
    return str(command)


@cache
def _pip_list() -> Path:
    """The file with what pip says."""
    said = subprocess.run([sys.executable, *PIP_LIST], check=True, capture_output=True).stdout
    path = _folder() / "pip-list.json"
    path.write_bytes(said)
    return path


def _folder() -> Path:
    return Path(_temporary().name)


@cache
def _temporary() -> TemporaryDirectory[str]:
    """A folder that is there as long as this process."""
    return TemporaryDirectory(prefix="snapnames-pythons-")
