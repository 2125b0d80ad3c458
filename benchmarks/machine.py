"""The machine and the versions that a result stands for."""

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from dev import engine
from tests.program import ROOT

_PACKAGES = ("pulumi", "pulumi-aws", "boto3", "moto")


def described() -> dict[str, Any]:
    """What is needed to read a result."""
    found = engine.ensure()
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": _git("rev-parse", "--short", "HEAD")
        + ("+" if _git("status", "--porcelain", "--", ".", ":!benchmarks/summary.json", ":!docs") else ""),
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "load_before": round(psutil.getloadavg()[0], 1),
        "versions": {
            "Python": platform.python_version(),
            "Pulumi CLI": f"{found.cli_version} ({found.cli_origin})",
            "aws plugin": f"{found.plugin_version} ({found.plugin_origin})",
            **{package: version(package) for package in _PACKAGES},
        },
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
