"""The list of everything that the command is made of (SBOM), as CycloneDX, from the lock that it is installed by."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import snapnames

from .project import ROOT

LOCK = ROOT / "requirements-cli.lock"


def write(file: Path) -> None:
    """Write it; the same lock gives the same file."""
    program = Path(sys.executable).with_name("cyclonedx-py")
    lock = ("requirements", LOCK, "--pyproject", ROOT / "pyproject.toml", "--mc-type", "library")
    command = [program, *lock, "--output-reproducible", "-o", file]
    subprocess.run([*map(str, command)], check=True, stderr=subprocess.DEVNULL)  # noqa: S603 -- nothing comes from elsewhere
    told = json.loads(file.read_bytes())
    root = told["metadata"]["component"]  # the version is in no pyproject.toml, but in the package itself
    root |= {"version": snapnames.__version__, "purl": f"pkg:pypi/{root['name']}@{snapnames.__version__}"}
    needed = [one["bom-ref"] for one in told["components"]]
    told["dependencies"] = [{"ref": root["bom-ref"], "dependsOn": needed}, *map(_leaf, needed)]
    file.write_text(json.dumps(told, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _leaf(reference: str) -> dict[str, str]:
    """A lock does not say which package needs which."""
    return {"ref": reference}


def faults(file: Path) -> Iterator[str]:
    """What of the lock it does not say, or says otherwise."""
    told: dict[str, Any] = json.loads(file.read_bytes())
    listed = {one["purl"]: _hashes(one) for one in told["components"]}
    locked = dict(_locked())
    for purl in sorted(listed.keys() ^ locked.keys()):
        yield f"{file.name}: {purl} is {'in it and not locked' if purl in listed else 'missing'}"
    for purl in sorted(listed.keys() & locked.keys()):
        if listed[purl] != locked[purl]:
            yield f"{file.name}: {purl} has other hashes than the lock"
    if told["metadata"]["component"]["version"] != snapnames.__version__:
        yield f"{file.name} is not of version {snapnames.__version__}"


def _hashes(component: dict[str, Any]) -> set[str]:
    return {one["content"] for link in component.get("externalReferences", []) for one in link.get("hashes", [])}


def _locked() -> Iterator[tuple[str, set[str]]]:
    for entry in re.split(r"^(?=\S)", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE):
        if found := re.match(r"([^=\s]+)==([^\s;]+)", entry):
            yield f"pkg:pypi/{found[1]}@{found[2]}", set(re.findall(r"sha256:([0-9a-f]{64})", entry))
