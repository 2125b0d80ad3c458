"""A port for a server that is started later."""

import random
import socket

_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Linux gives ports from 32,768 to whoever asks for any, so nothing else in a run of the tests takes one of these."""


def free_port() -> int:
    """A port that is free now; another process is unlikely to take it before its server does."""
    for port in random.sample(_BELOW_EPHEMERAL, len(_BELOW_EPHEMERAL)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("every port from 20,000 to 31,999 is taken")
