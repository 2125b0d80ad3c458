"""`python -m benchmarks.c7n_org PATH`: 24 targets by c7n-org's `run-script` and the boto3 script, and by `name-owned`.

PATH is the command of a c7n-org that is installed elsewhere: its dependencies are not those of this project. Both have
four at a time, on the same local AWS, and give the same names. It prints a row for each way.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from snapnames.testing.localaws.server import LocalAws

from tests.program import Program

from . import name_snapshots
from .measuring import Cost, measured
from .naming_targets import AGAIN, AT_ONCE, FIRST, NAMES, REGIONS, Place, check_and_unname, project

ACCOUNTS = [f"1111222{number:05d}" for number in range(6)]


def measure(c7n_org: str, folder: Path) -> dict[str, Cost]:
    """What each way costs."""
    with LocalAws() as aws:
        targets = [Place(aws, account, region) for account in ACCOUNTS for region in REGIONS]
        program = project(aws, targets, folder)

        def start() -> "subprocess.Popen[str]":
            return program.command("name-owned", "--targets", "targets.yaml", "--concurrency", str(AT_ONCE))

        found = {FIRST: measured(start, aws), AGAIN: measured(start, aws)}
        check_and_unname(targets)
        found["c7n-org run-script"] = measured(lambda: _run_script(c7n_org, folder, program), aws)
        check_and_unname(targets)
    return found


def _run_script(c7n_org: str, folder: Path, program: Program) -> "subprocess.Popen[str]":
    """Start c7n-org, which assumes the role of each account and starts the script for each region."""
    accounts = [
        {"account_id": one, "name": one, "role": f"arn:aws:iam::{one}:role/names", "regions": list(REGIONS)}
        for one in ACCOUNTS
    ]
    (folder / "accounts.yml").write_text(yaml.safe_dump({"accounts": accounts}), encoding="utf-8")
    regions = [word for region in REGIONS for word in ("-r", region)]
    script = f"{sys.executable} {name_snapshots.__file__}"
    return subprocess.Popen(
        [c7n_org, "run-script", "-c", folder / "accounts.yml", "-s", folder / "out", *regions, script],
        env={**program.environment, "C7N_ORG_PARALLEL": str(AT_ONCE)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def main() -> None:
    """Measure once."""
    with TemporaryDirectory(prefix="snapnames-") as folder:
        found = measure(sys.argv[1], Path(folder))
    size = len(ACCOUNTS) * len(REGIONS)
    print(f"{size} targets of {NAMES} names\n")
    print("| way | seconds | processor s a target | calls | peak MiB |\n|---|---|---|---|---|")
    for way, cost in found.items():
        calls = sum(cost.calls.values())
        print(f"| {way} | {cost.seconds:.1f} | {cost.cpu_seconds / size:.2f} | {calls} | {cost.peak_mib:.0f} |")


if __name__ == "__main__":
    main()
