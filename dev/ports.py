"""Ports for servers that are started later."""

import random
import socket

from snapnames.testing.localaws.control import HOST

_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Linux gives ports from 32,768 to whoever asks for any, so no connection of another program takes one of these."""


def free_port() -> int:
    """A port of loopback that is free now; another process is unlikely to take it before its server does."""
    for port in random.sample(_BELOW_EPHEMERAL, len(_BELOW_EPHEMERAL)):
        if is_free(port):
            return port
    raise OSError(f"every port of {HOST} from 20,000 to 31,999 is taken; a server needs one: stop what holds them")


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        # Connections of an ended server linger for a minute, and are in nobody's way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
