"""The server in its own process: moto behind one door, the control endpoints beside it, on loopback only."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qs

from moto.core.exceptions import ServiceException
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from . import account, gate, settings
from .callers import refusal

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from .settings import Settings

PREFIX = "/localaws"
OK, BAD_REQUEST, FORBIDDEN, NOT_FOUND = "200 OK", "400 Bad Request", "403 Forbidden", "404 Not Found"

Answer = tuple[str, dict[str, Any]]


class RequestHandler(MotoRequestHandler):
    """One connection. Nothing is logged for a request."""

    wbufsize = -1
    """Headers and body leave in one write; as two, the second would wait 40 ms for Nagle's algorithm."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet."""


class Dispatcher(DomainDispatcherApplication):
    """moto's applications by service."""

    def __init__(self) -> None:
        """Remember which service a host name is: moto lists a folder of hundreds for it, twice a call."""
        super().__init__(create_backend_app)
        self.get_backend_for_host = cache(super().get_backend_for_host)  # type: ignore[method-assign] # the purpose


class Application:
    """The WSGI application; `pending_seconds` is what a reset goes back to."""

    def __init__(self, pending_seconds: float) -> None:
        """Take the place of moto's account, in this process."""
        self.pending_seconds = pending_seconds
        settings.CURRENT = self.defaults()
        account.install()
        self.moto = Dispatcher()

    def defaults(self) -> Settings:
        """Fresh settings."""
        return settings.Settings(pending_seconds=self.pending_seconds)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a control request, or pass an AWS call on to moto."""
        path = environ.get("PATH_INFO", "")
        if why := refusal(environ):
            return _answered(start_response, FORBIDDEN, {"error": why})
        if path == PREFIX or path.startswith(PREFIX + "/"):
            return self._control(environ, start_response, path.removeprefix(PREFIX).strip("/"))
        return self._moto(environ, start_response)

    def _moto(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.moto(environ, start_response)
        return answer

    def _control(self, environ: WSGIEnvironment, start_response: StartResponse, path: str) -> Iterable[bytes]:
        try:
            status, body = self._answer(environ["REQUEST_METHOD"], path, environ)
        except (ValueError, ServiceException) as error:
            status, body = BAD_REQUEST, {"error": str(error)}
        return _answered(start_response, status, body)

    def _answer(self, method: str, path: str, environ: WSGIEnvironment) -> Answer:
        answer = _read(path, environ) if method == "GET" else self._write(method, path, environ)
        return answer or (NOT_FOUND, {"error": f"{method} {PREFIX}/{path} is no control endpoint: see its README.md"})

    def _write(self, method: str, path: str, environ: WSGIEnvironment) -> Answer | None:
        match method, path.split("/"):
            case "PUT", ["settings"]:
                with account.LOCK:
                    settings.CURRENT.update(_json(environ))
                    return OK, settings.CURRENT.as_json()
            case "PUT", ["images", image_id]:
                order = _json(environ)
                account.finish_image(image_id, settings.end_of(order), str(order.get("reason", "")))
                return OK, {"image_id": image_id}
            case "POST", ["refreshes", *group]:
                return OK, account.step_refresh("/".join(group), int(_json(environ).get("steps", 1)))
        return (OK, {}) if self._exchange(method, path) else None

    def _exchange(self, method: str, path: str) -> bool:
        """Put another account in place of this one, or keep it for that; false for any other request."""
        match method, path.split("/"):
            case "PUT", ["saved", name]:
                account.save(name)
            case "POST", ["restore", name]:
                account.restore(name)
            case "POST", ["reset"]:
                account.reset(self.defaults())
            case _:
                return False
        return True


def _answered(start_response: StartResponse, status: str, body: dict[str, Any]) -> Iterable[bytes]:
    content = json.dumps(body).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
    return [content]


def _read(path: str, environ: WSGIEnvironment) -> Answer | None:
    match path:
        case "":
            return OK, {"service": "localaws", "pid": os.getpid()}
        case "settings":
            return OK, settings.CURRENT.as_json()
        case "calls":
            return OK, _calls(_since(environ))
        case "authorized":
            with account.LOCK:
                return OK, {"authorized": [asdict(request) for request in gate.AUTHORIZED]}
        case "reboots":
            return OK, {"reboots": account.reboots()}
    return None


def _json(environ: WSGIEnvironment) -> dict[str, Any]:
    body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    if not isinstance(body, dict):
        raise ValueError(f"the body is {body!r}: send a JSON object")  # noqa: TRY004 - the one error for bad bodies
    return body


def _since(environ: WSGIEnvironment) -> int:
    return int(parse_qs(environ.get("QUERY_STRING", "")).get("since", ["0"])[0])


def _calls(since: int) -> dict[str, Any]:
    with account.LOCK:
        calls = account.CALLS[since:]
        return {"mark": len(account.CALLS), "calls": calls, "counts": Counter(calls)}


def serve(listener: socket.socket, pending_seconds: float, *, until_stdin_closes: bool) -> None:
    """Serve on a bound socket until SIGTERM or SIGINT.

    With `until_stdin_closes` also until the process that holds the other end of stdin is gone.
    """
    host, port = listener.getsockname()[:2]
    server = make_server(
        host, port, Application(pending_seconds), threaded=True, request_handler=RequestHandler, fd=listener.fileno()
    )
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    if until_stdin_closes:
        threading.Thread(target=_leave_with_stdin, daemon=True).start()
    print(f"listening on http://{host}:{port}", flush=True)
    server.serve_forever()


def _leave(*_: object) -> NoReturn:
    # At once: taking thousands of objects down first helps nobody.
    os._exit(0)


def _leave_with_stdin() -> None:
    # Not through sys.stdin: a thread that waits in it can't be left at the interpreter's end.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
