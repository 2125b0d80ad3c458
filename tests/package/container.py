"""A Dockerfile, read by plain rules: its steps, and what is wrong with them."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.program import ROOT

_PINNED = re.compile(r"python:(\d+\.\d+\.\d+)-slim-bookworm@sha256:[0-9a-f]{64}(?: AS \w+)?")
_NO_CACHE = "--no-cache-dir"
_SECRET = re.compile(r"(?i)secret|token|password|passphrase|_key\b")


@dataclass(frozen=True)
class Step:
    """One instruction, e.g. `COPY` and what stands behind it."""

    word: str
    rest: str


def steps(text: str) -> list[Step]:
    r"""The instructions, without comments; a line that ends in a backslash goes on.

    >>> steps("# why\nRUN a \\\n    b\nUSER 1\n")
    [Step(word='RUN', rest='a b'), Step(word='USER', rest='1')]
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines)).splitlines()
    return [Step(word, rest) for word, _, rest in (line.partition(" ") for line in joined)]


def copied(step: Step) -> list[str]:
    """What a COPY takes from the folder of the build; nothing if it copies from another stage."""
    return [] if step.rest.startswith("--from=") else step.rest.split()[:-1]


def faults(text: str, ignored: str) -> Iterator[str]:
    """What is wrong with a Dockerfile and its `.dockerignore`."""
    found = steps(text)
    bases = [step.rest for step in found if step.word == "FROM"]
    yield from (f"the base {base} is not pinned by a digest" for base in bases if not _PINNED.fullmatch(base))
    if len({base.partition(" ")[0] for base in bases}) > 1:
        yield "the stages have different bases"
    let_in = {line[1:] for line in ignored.splitlines() if line.startswith("!")}
    for step in found:
        yield from _of_step(step, let_in)
    taken = {name for step in found if step.word == "COPY" for name in copied(step)}
    yield from (f".dockerignore lets {name} in, and nothing copies it" for name in sorted(let_in - taken))
    if "*" not in ignored.splitlines():
        yield ".dockerignore lets everything in"
    last = [step for step in found if step.word in {"FROM", "USER"}][-1]
    if last.word != "USER" or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", last.rest):
        yield "the last stage runs as root, or as a name that Kubernetes can't check"


def _of_step(step: Step, let_in: set[str]) -> Iterator[str]:
    for name in copied(step) if step.word == "COPY" else ():
        if not (ROOT / name).exists():
            yield f"COPY {name}: there is no such file"
        if name not in let_in:
            yield f"COPY {name}: .dockerignore keeps it out"
    if "pip install" in step.rest and not {"--require-hashes", "--no-index"} & {*step.rest.split()}:
        yield f"RUN {step.rest}: a package is installed without its hash"
    if step.word in {"ADD", "ARG"}:
        yield f"{step.word} {step.rest}: the build takes nothing from outside"
    if _SECRET.search(step.rest):
        yield f"{step.word} {step.rest}: it looks like a secret"


def rehearsed(text: str, folder: Path, venv: Path) -> Iterator[tuple[str, ...]]:
    """Put what each COPY of the first stage takes into the folder, and give the commands of each RUN, in order.

    The packages come from pip's cache, if it has them.
    """
    for step in steps(text)[1:]:
        if step.word == "FROM":
            return
        if step.word == "RUN":
            yield tuple(word.replace("/opt/snapnames", str(venv)) for word in step.rest.split() if word != _NO_CACHE)
        for name in copied(step) if step.word == "COPY" else ():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, target)
