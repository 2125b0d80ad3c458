"""What a newcomer does, timed: clone, and what docs/getting-started.md shows.

`make newcomer` runs it with any Python 3.11 and nothing installed. What the engine takes where none is cached is in it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path("docs", "getting-started.md")


def commands(page: str) -> list[str]:
    r"""What the blocks of the page that are marked as run have a person type.

    >>> commands("<!-- run -->\n```console\n$ make up\na table\n$ make down\n```\n")
    ['make up', 'make down']
    """
    found: list[str] = []
    for block in re.findall(r"^<!-- run -->\n```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        lines = block.splitlines()
        prompted = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        found += prompted or lines
    return found


def main() -> int:
    """Run each step, and print what it took, and the names that change."""
    folder = Path(tempfile.mkdtemp(prefix="newcomer-"))
    clone = folder / "snapnames"
    steps: list[tuple[str, float]] = []
    try:
        _step(f"git clone {ROOT.name}", ["git", "clone", "--quiet", str(ROOT), str(clone)], folder, steps)
        for command in commands((clone / PAGE).read_text(encoding="utf-8")):
            out = _step(command, ["bash", "-c", command], clone, steps)
            for line in re.findall(r'^ *~ /dev/\S+ *: ".*" => ".*"$', out, re.MULTILINE):
                print(f"    {line.strip()}")
    except subprocess.CalledProcessError as error:
        print(f"{error.stdout}\nerror: `{error.cmd[-1]}` ended with exit code {error.returncode}", file=sys.stderr)
        subprocess.run(["make", "down"], cwd=clone, check=False)  # noqa: S607 -- the clone's own
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{sum(seconds for _, seconds in steps):7.1f} s in all")
    return 0


def _step(title: str, command: list[str], folder: Path, steps: list[tuple[str, float]]) -> str:
    began = time.monotonic()
    environment = {**os.environ, "MAKEFLAGS": ""}
    done = subprocess.run(  # noqa: S603 -- what the page shows
        command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    steps.append((title, time.monotonic() - began))
    print(f"{steps[-1][1]:7.1f} s  {title}", flush=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
