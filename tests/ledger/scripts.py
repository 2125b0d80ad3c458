"""Runs the script of the plan, as a person does."""

import os
import subprocess
from pathlib import Path

from mypy_boto3_ec2 import EC2Client
from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.command import write
from snapnames.testing.localaws.server import LocalAws

ACCOUNT = "123456789012"


def written(folder: Path, ledger: Ledger) -> Path:
    """The script of the plan, as `--script` writes it."""
    path = folder / "plan.sh"
    list(write(ledger, script=path))
    return path


def run(script: Path, commands: Path, aws: LocalAws, *arguments: str) -> tuple[int, list[str]]:
    """The exit status and the lines of both outputs, with the `aws` of a folder."""
    environment = {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": str(script.parent),
    }
    done = subprocess.run(
        ["sh", str(script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=environment,
        timeout=300,
    )
    return done.returncode, done.stdout.splitlines()


def held(ec2: EC2Client) -> set[str]:
    """Every image and snapshot that the account has."""
    images = ec2.describe_images(Owners=["self"], IncludeDisabled=True, IncludeDeprecated=True)["Images"]
    snapshots = [
        one for page in ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"]) for one in page["Snapshots"]
    ]
    return {image["ImageId"] for image in images if image["State"] != "deregistered"} | {
        one["SnapshotId"] for one in snapshots
    }
