"""`python -m benchmarks.targets 1 6 24 50`: the ledger of so many accounts in 17 regions, on the local AWS.

It prints a row for each number: targets, seconds, processor seconds of the command and of the local AWS, and the most
memory of the command. The last line is the exponent by which processor seconds grow with the number of targets.
"""

import json
import math
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from snapnames.testing.environment import aws_variables
from snapnames.testing.localaws.regions import ENABLED_BY_DEFAULT
from snapnames.testing.localaws.server import LocalAws, sealed_environment

from tests.account import client_of, launch

REGIONS = sorted(ENABLED_BY_DEFAULT)
SEEDED = ("eu-west-1", "us-east-1")
"""The regions of each account that have images: most of an organization's are empty."""

IMAGES, POLL_SECONDS = 3, 0.05


@dataclass(frozen=True)
class Measured:
    """One run."""

    targets: int
    seconds: float
    cpu: float
    server_cpu: float
    peak_mib: int

    @property
    def row(self) -> str:
        """A row of a table in Markdown."""
        a_second = self.targets / self.seconds
        each = 1000 * self.cpu / self.targets
        return (
            f"| {self.targets:,} | {self.seconds:.1f} | {a_second:.0f} | {self.cpu:.1f} | {each:.0f} | "
            f"{self.server_cpu:.1f} | {self.peak_mib} |"
        )


def seed(aws: LocalAws, accounts: list[str]) -> None:
    """Give each account some images in two regions."""
    for account in accounts:
        for region in SEEDED:
            ec2 = client_of(aws, f"arn:aws:iam::{account}:role/seed", region)
            instance = launch(ec2)
            for number in range(IMAGES):
                ec2.create_image(InstanceId=instance, Name=f"web-{number}", NoReboot=True)


def measure(number: int, folder: Path) -> Measured:
    """The ledger of so many accounts, in a process of its own."""
    accounts = [f"{one:012}" for one in range(1, number + 1)]
    file, out = folder / "targets.yaml", folder / "ledger.json"
    entries = [{"account": one} for one in accounts]
    file.write_text(json.dumps({"defaults": {"role": "names", "regions": REGIONS}, "targets": entries}), "utf-8")
    with LocalAws() as aws, out.open("w", encoding="utf-8") as stdout:
        seed(aws, accounts)
        server = psutil.Process(aws.pid)
        before, began = sum(server.cpu_times()[:2]), time.monotonic()
        command = [str(Path(sys.executable).with_name("snapnames")), "ledger", "--targets", str(file), "--json"]
        environment = {**sealed_environment(), **aws_variables(aws.url), "PATH": os.environ["PATH"]}
        process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.DEVNULL, env=environment)
        seen, cpu, peak = psutil.Process(process.pid), 0.0, 0
        while process.poll() is None:
            try:
                cpu, peak = sum(seen.cpu_times()[:2]), max(peak, seen.memory_info().rss)
            except psutil.Error:
                break
            time.sleep(POLL_SECONDS)
        seconds = time.monotonic() - began
        server_cpu = sum(server.cpu_times()[:2]) - before
    found = json.loads(out.read_text(encoding="utf-8"))
    if found["targets_not_read"] or found["totals"]["images"] != number * len(SEEDED) * IMAGES:
        raise SystemExit(f"not everything was read: {found['targets_not_read']} targets are missing")
    return Measured(number * len(REGIONS), seconds, cpu, server_cpu, peak >> 20)


def main() -> None:
    """Measure each number of accounts that was given."""
    head = ("targets", "seconds", "a second", "processor s", "ms a target", "local AWS, processor s", "peak MiB")
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}", flush=True)
    found = []
    for number in map(int, sys.argv[1:] or ["1", "6", "24"]):
        with TemporaryDirectory() as folder:
            found.append(measure(number, Path(folder)))
        print(found[-1].row, flush=True)
    if len(found) > 1:
        first, last = found[0], found[-1]
        exponent = math.log(last.cpu / first.cpu) / math.log(last.targets / first.targets)
        print(f"processor seconds grow with targets to the power of {exponent:.2f}")


if __name__ == "__main__":
    main()
