"""A stack whose config file is a person's: with comments, a secret, and a release list that only the command writes."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import launch
from tests.program import STACK, Program, Ran

FLEET = {"instanceType": "t3.micro", "minSize": 1, "maxSize": 2, "zones": ["ap-northeast-2a"]}
_TOLD = "# What front-web runs on; ask before you change it.\nconfig:\n  # Newest first.\n  snapnames:releases: []\n"


class Service(Program):
    """The service front-web, of which no release was deployed yet."""

    def __init__(self, folder: Path, aws: LocalAws, engine: Engine, fleet: Mapping[str, Any] | None = None) -> None:
        """Make the stack and an instance to make images of."""
        self.file = folder / f"Pulumi.{STACK}.yaml"
        config = {"service": "front-web", "source": launch(aws.client("ec2")), "fleet": fleet or FLEET}
        super().__init__(folder, aws, engine, config)
        self.pulumi("config", "set", "--secret", "--path", "snapnames:fleet.userData", "echo hidden")
        self.file.write_text(self.text.replace("config:\n", _TOLD), encoding="utf-8")

    def _write_config(self) -> None:
        """Write it once: from then on it is the command's."""
        if not self.file.exists():
            super()._write_config()

    def build(self, *releases: str) -> None:
        """Build these releases, the oldest first, by an update each. The file lists them as the command writes it."""
        listed: list[str] = []
        for release in releases:
            old, listed = json.dumps(listed), [release, *listed]
            text = self.text.replace(f"snapnames:releases: {old}", f"snapnames:releases: {json.dumps(listed)}")
            self.file.write_text(text, encoding="utf-8")
            self.up("--skip-preview")

    @property
    def text(self) -> str:
        """The config file as it is."""
        return self.file.read_bytes().decode()

    @property
    def releases(self) -> tuple[list[str], str | None]:
        """The release list of the config file, and the live one if it says so."""
        config = yaml.safe_load(self.text)["config"]
        return config["snapnames:releases"], config.get("snapnames:live")

    def on_a_terminal(self, *arguments: str) -> str:
        """All that the command writes to a pseudo-terminal. Fails the test unless it succeeds."""
        ours, theirs = os.openpty()
        with self.command(*arguments, terminal=theirs) as process:
            os.close(theirs)
            written = b""
            try:
                while chunk := os.read(ours, 4096):
                    written += chunk
            except OSError:  # Linux says so when the other end is closed
                pass
        os.close(ours)
        assert process.returncode == 0, written.decode()
        return written.decode()

    def interrupted(self, times: int, *arguments: str) -> Ran:
        """Run the command, and send it SIGINT when EC2 has begun to make the image; again when it says to stop."""
        mark = self.aws.mark()
        with self.command(*arguments) as process:
            while "ec2.CreateImage" not in self.aws.calls(mark):
                assert process.poll() is None, process.communicate()
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            wait_for("stopping", process)
            for _ in range(times - 1):
                process.send_signal(signal.SIGINT)
            out, err = process.communicate()
        return Ran(process.returncode, out, err)


def wait_for(text: str, process: subprocess.Popen[str]) -> None:
    """Read what a command prints until it has printed that text."""
    for line in process.stdout or ():
        if text in line:
            return
    raise AssertionError(f"the command ended and never said {text!r}")
