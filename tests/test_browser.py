"""The browser of the tests: there, installed, or asked for."""

import subprocess
import sys
from pathlib import Path

from .program import ROOT


def test_without_a_browser_and_a_way_to_install_it_the_packages_are_named(tmp_path: Path) -> None:
    """On a PATH that has neither of them nor apt-get."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.browser"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 1
    assert ran.stderr == (
        "the tests of the ledger's page open it in chromium and chromium-driver, and chromium and chromedriver can't "
        "be found: install them, on Debian by `sudo apt-get install chromium chromium-driver`\n"
    )
