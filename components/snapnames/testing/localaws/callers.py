"""Who may talk to the local AWS: programs of this machine, and no page in a browser.

A page that is open in a browser can send requests to a port of this machine. If its domain is made to lead here, it can
read the answers too (DNS rebinding). The browser then sends the name of that domain as Host, and its address as Origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOTO_API = "/moto-api"
"""moto's own control, with a page for a browser. The requests under `/localaws/` take its place."""


def refusal(environ: WSGIEnvironment) -> str:
    """Why the request is not answered; empty for one that is.

    >>> refusal({"HTTP_HOST": "127.0.0.1:4566"}), refusal({"HTTP_HOST": "evil.example:4566"})[:35]
    ('', "the request is for 'evil.example:45")
    """
    host, origin, path = environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN", ""), environ.get("PATH_INFO", "")
    # A browser always sends a Host. A plain client of HTTP/1.0 sends none.
    if "HTTP_HOST" in environ and _name(f"//{host}") not in LOOPBACK:
        return f"the request is for {host!r}; this server answers only for {' and '.join(LOOPBACK[:2])}: call it so"
    if origin and _name(origin) not in LOOPBACK:
        return f"the request is from a page of {origin!r}; pages of other machines may not call this server"
    if path == MOTO_API or path.startswith(f"{MOTO_API}/"):
        return f"{MOTO_API} is shut: use the requests under /localaws/, for example POST /localaws/reset"
    return ""


def _name(url: str) -> str:
    """The host's name in a URL; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
