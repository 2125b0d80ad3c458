"""A headless browser to open pages in: Chromium and its driver, packages of Debian and Ubuntu.

`python -m tests.browser` makes sure of them, as `make test` does.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

Scheme = Literal["light", "dark"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_DRIVER = "chromedriver"
_PACKAGES = ("chromium", "chromium-driver")


def ensure() -> None:
    """Install the packages where they are missing and that can be done. Raises `SystemExit` where it can't."""
    if not _missing():
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise SystemExit(
            f"the tests of the ledger's page open it in {' and '.join(_PACKAGES)}, and {' and '.join(_missing())} "
            f"can't be found: install them, on Debian by `sudo apt-get install {' '.join(_PACKAGES)}`"
        )
    print(f"installing {' and '.join(_PACKAGES)}, about a minute", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "-qq", "update"], check=True, env=quiet, stdout=sys.stderr)
    install = [apt, "-qq", "install", "--yes", "--no-install-recommends", *_PACKAGES]
    subprocess.run(install, check=True, env=quiet, stdout=sys.stderr)
    if missing := _missing():
        raise SystemExit(f"{' and '.join(_PACKAGES)} are installed, and {' and '.join(missing)} can't be found on PATH")


def _missing() -> list[str]:
    return [name for name, path in (("chromium", _browser()), (_DRIVER, shutil.which(_DRIVER))) if path is None]


def _browser() -> str | None:
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


class Browser:
    """One page at a time, as a person would see it."""

    def __init__(self, driver: Chrome) -> None:
        """Take a driver that was started."""
        self._driver = driver

    def open(self, page: Path, scheme: Scheme, width: int = 1400) -> None:
        """Open a file in a window of that width, with that color scheme."""
        for kind in ("performance", "browser"):  # forgets what was before
            self._log(kind)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self._driver.get(page.as_uri())

    def ask(self, script: str) -> Any:  # noqa: ANN401 -- what the script returns
        """Run a script in the page; it returns JSON's own types."""
        return self._driver.execute_script(script)

    def complaints(self) -> list[str]:
        """What the browser's console says, as that the page's policy was broken."""
        return [entry["message"] for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """The URLs that were asked for since the page was opened."""
        messages = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        return [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]

    def _log(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self._driver.get_log(kind)  # type: ignore[no-untyped-call] # Selenium's
        return entries

    def photograph(self, path: Path) -> None:
        """Write what is in the window as a PNG."""
        self._driver.save_screenshot(str(path))


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser of its own, without a network."""
    ensure()
    options = ChromeOptions()
    options.binary_location = _browser() or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    # Whatever it wants to ask for beside the page goes nowhere.
    options.add_argument("--proxy-server=127.0.0.1:9")
    options.add_argument("--proxy-bypass-list=<-loopback>")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options, ChromeService(shutil.which(_DRIVER)))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


if __name__ == "__main__":
    ensure()
