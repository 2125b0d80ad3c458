"""Where the dev stack is: its folder, its config, and the loopback address that the config names."""

from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".dev"
"""State, pid file and log of the dev stack; not part of the repository."""

BACKEND = FOLDER / "state"
CONFIG = ROOT / "Pulumi.dev.yaml"
STACK = "dev"


class DevError(Exception):
    """A dev stack command can't go on; the message gives the value, the rule and the next step."""


def port() -> int:
    """The port of the local AWS, which every endpoint in the config names.

    Raises `DevError` when an endpoint is not on this machine: the dev stack never reaches a real account.
    """
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["config"]
    services = [pair for entry in config.get("aws:endpoints") or [] for pair in entry.items()]
    if not services:
        raise DevError(f"{CONFIG.name} has no aws:endpoints; the dev stack runs on the local AWS alone: put them back")
    addresses: set[int] = set()
    for service, endpoint in services:
        url = urlsplit(endpoint)
        if url.scheme != "http" or url.hostname != "127.0.0.1" or not url.port:
            raise DevError(
                f"{CONFIG.name} has the endpoint {endpoint!r} for {service}; the dev stack reaches only "
                "http://127.0.0.1:<port>: write that"
            )
        addresses.add(url.port)
    if len(addresses) > 1:
        raise DevError(
            f"{CONFIG.name} has endpoints on the ports {sorted(addresses)}; the local AWS has one: choose it"
        )
    return addresses.pop()
