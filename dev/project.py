"""Where the dev stack is: its folder, its config, and the port of its local AWS."""

from pathlib import Path
from urllib.parse import urlsplit

import yaml
from snapnames.testing.localaws.control import HOST
from snapnames.testing.localaws.daemon import Daemon

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".dev" / "stack"
"""State, pid file and log of the dev stack; not part of the repository."""

BACKEND = FOLDER / "state"
CONFIG = ROOT / "Pulumi.dev.yaml"
STACK = "dev"


class DevError(Exception):
    """A dev stack command can't go on; the message gives the value, the rule and the next step."""


def check_endpoints() -> None:
    """Raise `DevError` when the config names an endpoint that is not on this machine.

    An endpoint in the config wins over AWS_ENDPOINT_URL, and the dev stack never reaches a real account.
    """
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["config"]
    for service, endpoint in (pair for entry in config.get("aws:endpoints") or [] for pair in entry.items()):
        url = urlsplit(endpoint)
        if url.scheme != "http" or url.hostname != HOST or not url.port:
            raise DevError(
                f"{CONFIG.name} has the endpoint {endpoint!r} for {service}; the dev stack reaches only "
                f"http://{HOST}:<port>: remove aws:endpoints, since `make up` starts a local AWS and uses that"
            )


def port() -> int | None:
    """The port that the dev stack's local AWS has, or had when it last ran. None before the first `make up`."""
    recorded = Daemon(FOLDER).recorded()
    return recorded[1] if recorded else None
