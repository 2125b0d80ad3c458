"""A small stand-in for the `aws` command, for machines without it and because the real one takes a second a call.

`aws` on PATH is a script that sends its arguments to this process. Here boto3 makes the call to the local AWS. The
answer goes through `--query` and comes as `--output text` prints it: the only output that the script of the plan uses.
One test runs the real command, where the machine has it.
"""

import json
import socketserver
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jmespath  # type: ignore[import-untyped] # botocore brings it, without types
from botocore import xform_name
from botocore.exceptions import ClientError

_SCRIPT = """#!{python} -IS
import json, socket, sys
asked = socket.socket(socket.AF_UNIX)
asked.connect({path!r})
asked.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
answer = json.loads(asked.makefile().readline())
sys.stdout.buffer.write(answer["out"].encode())
sys.stderr.write(answer["err"])
sys.exit(answer["code"])
"""

Client = Callable[[str, str], Any]
"""Makes a client of a service in a region."""


@contextmanager
def stand_in(folder: Path, client: Client) -> Iterator[Path]:
    """A folder for PATH with an `aws` in it."""
    folder.mkdir()
    path = folder / "socket"
    command = folder / "aws"
    command.write_text(_SCRIPT.format(python=sys.executable, path=str(path)), encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    with _Server(str(path), client) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield folder
        finally:
            server.shutdown()
            thread.join()
            path.unlink()


class _Server(socketserver.ThreadingUnixStreamServer):
    def __init__(self, path: str, client: Client) -> None:
        super().__init__(path, _Handler)
        self.client = client


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Answer one command."""
        out, err, code = "", "", 0
        try:
            out = _run(json.loads(self.rfile.readline()), self.server.client)
        except ClientError as error:
            err, code = f"\nAn error occurred: {error}\n", 254
        self.wfile.write(json.dumps({"out": out, "err": err, "code": code}).encode() + b"\n")


def _run(arguments: list[str], client_of: Client) -> str:
    service, operation, *rest = arguments
    options = _options(rest)
    assert options.pop("output") == ["text"] or operation.startswith(("deregister", "delete"))
    client = client_of(service, options.pop("region")[0])
    query = options.pop("query", ["@"])[0]
    method = operation.replace("-", "_")
    members = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape.members
    names = {xform_name(name, "-"): name for name in members}
    given = {names[option]: _value(members[names[option]], values) for option, values in options.items()}
    if client.can_paginate(method):
        answer = client.get_paginator(method).paginate(**given).build_full_result()
    else:
        answer = getattr(client, method)(**given)
    return _text(jmespath.search(query, answer))


def _options(arguments: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"output": ["text"]}
    name = ""
    for argument in arguments:
        if argument.startswith("--"):
            name = argument[2:]
            found[name] = []
        else:
            found[name].append(argument)
    return found


def _value(shape: Any, values: list[str]) -> Any:  # noqa: ANN401 -- botocore's shapes
    if shape.type_name == "boolean":
        return True
    if shape.type_name != "list":
        return values[0]
    if shape.member.type_name != "structure":
        return values
    return [
        {"Name": name, "Values": listed.split(",")}
        for name, listed in (value.removeprefix("Name=").split(",Values=") for value in values)
    ]


def _text(value: Any) -> str:  # noqa: ANN401 -- any JSON
    """As awscli/text.py of github.com/aws/aws-cli prints it: a line for each list that has only scalars."""
    if isinstance(value, list):
        lists = [one for one in value if isinstance(one, list)]
        scalars = [_scalar(one) for one in value if not isinstance(one, list)]
        line = "\t".join(scalars) + "\n" if scalars else ""
        return line + "".join(_text(one) for one in lists)
    return _scalar(value) + "\n"


def _scalar(value: object) -> str:
    return str(value)
