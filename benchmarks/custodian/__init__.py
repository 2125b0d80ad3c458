"""Cloud Custodian in a virtual environment of its own, locked by version and hash, and policies for it.

Its dependencies are not those of this project. A tag of a Custodian policy has one value for all that the policy finds:
a name for each snapshot takes a policy for each.
"""

import subprocess
import sys
import venv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from snapnames.testing.environment import REGION

from benchmarks.stage import Named

_HERE = Path(__file__).resolve().parent
_LOCK = _HERE / "requirements.lock"
_VENV = _HERE / ".venv"


def installed() -> Path:
    """The command; installs it the first time, and when the lock is another."""
    mark = _VENV / "installed.lock"
    if not mark.exists() or mark.read_bytes() != _LOCK.read_bytes():
        venv.create(_VENV, clear=True, with_pip=True)
        subprocess.run(
            [_VENV / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", _LOCK],
            check=True,
            stdout=sys.stderr,
        )
        mark.write_bytes(_LOCK.read_bytes())
    return _VENV / "bin" / "custodian"


def version() -> str:
    """Custodian's own."""
    return next(line.split("==")[1].split()[0] for line in _LOCK.read_text().splitlines() if line.startswith("c7n=="))


def one_name_each(names: Iterable[Named]) -> str:
    """A policy for each snapshot."""
    return _policies(
        (f"name-{number}", [{"SnapshotId": one.snapshot_id}], one.name) for number, one in enumerate(names)
    )


def one_name_for_all() -> str:
    """What Custodian is made for: one policy, one tag, many resources a call."""
    return _policies([("name-all", [], "front-web")])


def _policies(of: Iterable[tuple[str, list[dict[str, str]], str]]) -> str:
    policies = [
        {
            "name": name,
            "resource": "ebs-snapshot",
            "filters": filters,
            "actions": [{"type": "tag", "key": "Name", "value": value}],
        }
        for name, filters, value in of
    ]
    return yaml.safe_dump({"policies": policies}, sort_keys=False)


def start(policies: Path, environment: Mapping[str, str]) -> "subprocess.Popen[Any]":
    """Run the policies; what they find is read once, since all share a cache."""
    cache = policies.with_suffix(".cache")
    cache.unlink(missing_ok=True)
    return subprocess.Popen(
        [
            *(installed(), "run", "--region", REGION, "--output-dir", policies.with_suffix(".out")),
            *("--cache", cache, "--cache-period", "15", policies),
        ],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
