"""A Pulumi program as a stack of its own: a config, a state and an account that no other test sees."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from snapnames.testing.environment import REGION, sealed

STACK = "test"
ENDPOINTS = ("autoscaling", "ec2", "elb", "elbv2", "kms", "ssm", "sts")
"""The services that the local AWS has, and those that the provider asks beside them."""

_NEW_STACKS: dict[tuple[str, str, Path], tuple[dict[Path, bytes], dict[str, Any]]] = {}
"""By project, stack and engine: the files of a stack that has nothing yet, and its config file without config."""


class EngineFolders(Protocol):
    """Where an engine is, as `Engine` says."""

    @property
    def bin(self) -> Path:
        """The folder of `pulumi` and its language host."""

    @property
    def home(self) -> Path:
        """A PULUMI_HOME with the aws plugin."""


@dataclass(frozen=True)
class Done:
    """What a pulumi command printed, and its exit code."""

    code: int
    out: str
    """Standard output and standard error, as they came."""


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 -- each command has its own
        """What it said to a script."""
        return json.loads(self.out)


class Program:
    """A stack of the program in the folder `main`, on the local AWS at `endpoint`.

    Config is `config`, written out before each command; keys without a namespace are the project's. What the program
    prints, reads and imports is that of this Python's environment; of the caller's environment it sees nothing that
    could lead to a real account.
    """

    def __init__(  # noqa: PLR0913 -- what a stack is made of, by name
        self,
        folder: Path,
        main: Path,
        config: Mapping[str, Any],
        *,
        endpoint: str,
        engine: EngineFolders,
        project: str = "test",
        stack: str = STACK,
        backend: str = "",
        runtime: str = "python",
    ) -> None:
        """Make the project's folder and its stack, with the state at the URL `backend`, or in the folder.

        `runtime`: the language of the program, as Pulumi.yaml names it.
        """
        self.folder, self.endpoint, self.project, self.stack = folder, endpoint, project, stack
        self.stack_options: tuple[str, ...] = ("--stack", stack)
        """What `snapnames` is told of the stack."""
        self.config = dict(config)
        state = folder / "state"
        state.mkdir(parents=True)
        self.environment = sealed(
            os.environ,
            path=[Path(sys.executable).parent, engine.bin],
            pulumi_home=engine.home,
            backend=state,
            endpoint=endpoint,
        )
        # What the command keeps for itself is the stack's own too.
        self.environment["XDG_STATE_HOME"] = str(folder / "kept")
        settings = {"name": project, "main": str(main), "runtime": runtime}
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        if backend:
            self.environment["PULUMI_BACKEND_URL"] = backend
            self.pulumi("stack", "init", "--no-select")
        else:
            self._init(engine)

    def pulumi(self, *arguments: str, code: int | None = 0, environment: Mapping[str, str] | None = None) -> Done:
        """Run one pulumi command to its end. Fails the test unless it exits with `code`; None takes any."""
        with self.start(*arguments, environment=environment) as process:
            out, _ = process.communicate()
        if code not in (None, process.returncode):
            raise AssertionError(f"pulumi {' '.join(arguments)} exited with {process.returncode}:\n{out}")
        return Done(process.returncode, out)

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start a pulumi command in a process group of its own."""
        self._write_config()
        return subprocess.Popen(  # noqa: S603 -- the pulumi of the engine
            ["pulumi", *arguments, "--stack", self.stack, "--non-interactive"],  # noqa: S607 -- the same
            cwd=self.folder,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )

    def snapnames(self, *arguments: str, code: int | None = 0) -> Ran:
        """Run the `snapnames` command to its end. Fails the test unless it exits with `code`; None takes any."""
        with self.command(*arguments) as process:
            out, err = process.communicate()
        if code not in (None, process.returncode):
            raise AssertionError(f"snapnames {' '.join(arguments)}: {process.returncode}\n{out}{err}")
        return Ran(process.returncode, out, err)

    def command(self, *arguments: str, terminal: int | None = None) -> subprocess.Popen[str]:
        """Start the `snapnames` command on pipes, or on a terminal."""
        self._write_config()
        return subprocess.Popen(  # noqa: S603 -- this Python, this package
            [Path(sys.executable).with_name("snapnames"), *arguments, *self.stack_options],
            cwd=self.folder,
            env={**self.environment, "TERM": "xterm-256color"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if terminal is None else terminal,
            stderr=subprocess.PIPE if terminal is None else terminal,
            text=True,
        )

    def up(self, *options: str, code: int | None = 0) -> Done:
        """`pulumi up`, preview included."""
        return self.pulumi("up", "--yes", *options, code=code)

    def preview(self, *options: str, code: int | None = 0) -> Done:
        """`pulumi preview`."""
        return self.pulumi("preview", *options, code=code)

    def destroy(self) -> Done:
        """`pulumi destroy`."""
        return self.pulumi("destroy", "--yes")

    def steps(self, *options: str) -> list[dict[str, Any]]:
        """The steps of a preview that change something, as the engine's JSON has them."""
        plan: dict[str, Any] = json.loads(self.preview("--json", *options).out)
        return [step for step in plan["steps"] if step["op"] not in ("same", "read")]

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        found: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json").out)
        return found

    def resources(self) -> list[dict[str, Any]]:
        """The resources in the exported state."""
        deployment = json.loads(self.pulumi("stack", "export").out)["deployment"]
        found: list[dict[str, Any]] = deployment.get("resources", [])
        return found

    def lose_state(self, keeps: Callable[[Mapping[str, Any]], bool] = lambda _: False) -> None:
        """Have a state with nothing in it but the resources that it `keeps`, as when the newest one is lost."""
        state = json.loads(self.pulumi("stack", "export").out)
        kept = [resource for resource in state["deployment"]["resources"] if keeps(resource)]
        path = self.folder / "state.json"
        path.write_text(json.dumps({**state, "deployment": {**state["deployment"], "resources": kept}}), "utf-8")
        self.pulumi("stack", "import", "--file", str(path))

    def _init(self, engine: EngineFolders) -> None:
        """As `pulumi stack init`, which is half a second: what it made for the first stack of that name serves all."""
        key, config = (self.project, self.stack, engine.bin), Path(f"Pulumi.{self.stack}.yaml")
        if key not in _NEW_STACKS:
            self.pulumi("stack", "init", "--no-select")
            files = self.files()
            settings: dict[str, Any] = yaml.safe_load(files.pop(config))
            del settings["config"]
            _NEW_STACKS[key] = files, settings
            return
        files, settings = _NEW_STACKS[key]
        self.put(files)
        self._write_config()
        written = yaml.safe_load((self.folder / config).read_text(encoding="utf-8"))
        (self.folder / config).write_text(yaml.safe_dump({**settings, **written}), encoding="utf-8")

    def files(self) -> dict[Path, bytes]:
        """What the stack is kept in, state and config file, by path in its folder."""
        state = (path for path in (self.folder / "state").rglob("*") if path.is_file())
        made = (*state, self.folder / f"Pulumi.{self.stack}.yaml")
        return {path.relative_to(self.folder): path.read_bytes() for path in made}

    def put(self, files: Mapping[Path, bytes]) -> None:
        """Make it what a stack of the same project and name was, of which these are the `files`."""
        for path, content in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(content)

    def _write_config(self) -> None:
        values = {key if ":" in key else f"{self.project}:{key}": value for key, value in self.config.items()}
        path = self.folder / f"Pulumi.{self.stack}.yaml"
        old = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.write_text(yaml.safe_dump({**old, "config": {**self._provider(), **values}}), encoding="utf-8")

    def _provider(self) -> dict[str, Any]:
        return {
            "aws:region": REGION,
            "aws:skipCredentialsValidation": "true",
            "aws:skipMetadataApiCheck": "true",
            "aws:skipRequestingAccountId": "true",
            "aws:endpoints": [dict.fromkeys(ENDPOINTS, self.endpoint)],
        }
