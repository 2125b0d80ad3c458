"""The scripts of the action, run as GitHub runs them."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.program import ROOT, Ran

SCRIPTS = ROOT / "dev" / "action"
PREVIEW = {"image": "web-1", "names": {"web-1:/dev/sdf": "web-1(001)"}, "changes": {"create image": 1}}
"""What `snapnames deploy --preview --json` says, as far as a comment needs it."""


def act(script: str, *arguments: str, variables: Mapping[str, str], cwd: Path) -> Ran:
    """Run a script with these variables and no others."""
    done = subprocess.run(
        [sys.executable, "-I", SCRIPTS / script, *arguments],
        cwd=cwd,
        env=dict(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
