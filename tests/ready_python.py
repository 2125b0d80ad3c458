"""A Python that has imported the project once, and begins each command as a copy of itself.

Half of what a command costs is imports: of Pulumi's SDK, of boto3, of the command line. So the tests keep one process
that has them, and forks. The copy has the arguments, the variables, the folder and the three files of the client, runs
the script as `python SCRIPT` does, and ends as a process of its own. A client that is killed takes its copy with it.

Run as `python ready_python.py serve SOCKET`, and as `python -IS ready_python.py run SOCKET SCRIPT ARGUMENTS...`. It
imports nothing of the tests, so that the scripts find what they find without it.
"""

import marshal
import os
import socket
import sys

_LENGTH = 8
"""Bytes before a request that say how long it is."""

_MODULES = (
    "pulumi.automation",
    "pulumi.dynamic",
    "snapnames.cli.app",
    "snapnames.cli.commands.deploy",
    "snapnames.cli.commands.name_owned",
    "snapnames.cli.commands.prune",
    "snapnames.cli.commands.recover",
    "snapnames.cli.commands.releases",
    "snapnames.cli.commands.rollback",
    "snapnames.program.stack",
)
"""What a program or a command imports in any case."""


def serve(path: str) -> None:
    """Import, then answer each client that connects to the socket at `path`, as long as the parent lives."""
    import gc  # noqa: PLC0415 -- the client does without
    import importlib  # noqa: PLC0415 -- the client does without

    for module in _MODULES:
        importlib.import_module(module)
    _read_models()
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        # The socket is there when it can be connected to.
        listener.bind(f"{path}.early")
        listener.listen(64)
        os.rename(f"{path}.early", path)  # noqa: PTH104 -- the client does without pathlib
        _answer(listener)


def _read_models() -> None:
    """Read what botocore knows of the services, which takes it a fifth of a second for EC2 alone. Sessions share it."""
    import functools  # noqa: PLC0415 -- the client does without

    import boto3  # noqa: PLC0415 -- the same
    from botocore.loaders import JSONFileLoader  # noqa: PLC0415 -- the same

    read = functools.cache(functools.partial(JSONFileLoader.load_file, JSONFileLoader()))
    setattr(JSONFileLoader, "load_file", lambda _, path: read(path))  # noqa: B010 -- of a class with other types
    session = boto3.session.Session("local", "local", region_name="ap-northeast-2")
    for service in ("ec2", "autoscaling", "ssm", "sts"):
        session.client(service)


def _answer(listener: socket.socket) -> None:
    import select  # noqa: PLC0415 -- the client does without

    parent = os.getppid()
    while os.getppid() == parent:
        readable, _, _ = select.select([listener], [], [], 1.0)
        if readable:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _keep(connection)
            connection.close()
        _reap()


def _reap() -> None:
    """Ask for the exit codes of the copies that have ended, so that the processor time of all counts as this one's."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _keep(connection: socket.socket) -> None:
    """Begin the copy that runs the script, and tell the client how it ended."""
    import select  # noqa: PLC0415 -- the client does without

    head, files, _, _ = socket.recv_fds(connection, _LENGTH, 3)
    length, content = int.from_bytes(head, "big"), b""
    while len(content) < length:
        content += connection.recv(length - len(content))
    worker = os.fork()
    if worker == 0:
        connection.close()
        _become(marshal.loads(content), files)  # noqa: S302 -- of a process of the same user
    for file in files:
        os.close(file)
    ended = os.pidfd_open(worker)
    watched: list[socket.socket | int] = [connection, ended]
    readable, _, _ = select.select(watched, [], [])
    if ended not in readable:  # the client is gone
        os.kill(worker, 9)
    _, status = os.waitpid(worker, 0)
    code = os.waitstatus_to_exitcode(status)
    try:
        connection.sendall(str(code if code >= 0 else 128 - code).encode())
    finally:
        os._exit(0)


def _become(request: dict[str, object], files: list[int]) -> None:
    """Be the process that the client asked for, run the script to its end, and end as Python does."""
    import runpy  # noqa: PLC0415 -- the client does without

    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    variables, arguments = request["variables"], request["arguments"]
    assert isinstance(variables, dict)
    assert isinstance(arguments, list)
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(str(request["folder"]))
    sys.argv = arguments
    sys.path[0] = os.path.dirname(os.path.realpath(arguments[0]))  # noqa: PTH120 -- the client does without pathlib
    code: object = 0
    try:
        runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 -- whatever it is, Python shows it and ends
        sys.excepthook(*sys.exc_info())
        code = 1
    _end(code)


def _end(code: object) -> None:
    """End with the code of a SystemExit. To take all modules apart, as Python does, would write to all their memory."""
    import atexit  # noqa: PLC0415 -- the client does without
    import threading  # noqa: PLC0415 -- the same

    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 -- as multiprocessing ends a copy
    atexit._run_exitfuncs()  # noqa: SLF001 -- nothing public does it
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


def run(path: str, arguments: list[str]) -> int:
    """Have a script run by the process that serves at `path`; its exit code."""
    request = {"arguments": arguments, "variables": dict(os.environ), "folder": os.getcwd()}  # noqa: PTH109 -- the same
    content = marshal.dumps(request)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        socket.send_fds(connection, [len(content).to_bytes(_LENGTH, "big")], [0, 1, 2])
        connection.sendall(content)
        answer = connection.recv(16)
    return int(answer or b"1")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        sys.exit(run(sys.argv[2], sys.argv[3:]))
