"""A machine with nothing but what a test puts there: its own PATH, home and cache, and no way to any download."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from dev.engine import parts

PROJECT = Path(__file__).parents[2]
PLUGIN = metadata.version("pulumi-aws")

PULUMI = """\
import os, pathlib, shutil, sys
if sys.argv[1:] == ["version"]:
    print("{version}")
elif sys.argv[1:6] == ["plugin", "install", "resource", "aws", "{plugin}"]:
    folder = pathlib.Path(os.environ["PULUMI_HOME"], "plugins", "resource-aws-v{plugin}")
    match sys.argv[6:]:
        case ["--file", built] if os.path.isdir(built):
            shutil.copytree(built, folder)
        case ["--file", archive]:
            shutil.unpack_archive(archive, folder)
else:
    sys.exit(f"pulumi: unexpected {{sys.argv[1:]}}")
"""

GO = """\
import json, os, pathlib, sys, time
log = pathlib.Path({log!r})
with log.open("a") as lines:
    print(" ".join(sys.argv[1:]), file=lines)
with log.with_name("go.pids").open("a") as lines:
    print(os.getpid(), file=lines)
with log.with_name("go.variables").open("a") as lines:
    print(*os.environ, sep="\\n", file=lines)
match sys.argv[1:]:
    case ["env", "GOVERSION"]:
        print({version!r})
    case ["mod", "download", *_]:
        print(json.dumps({{"Dir": {provider!r}, "Sum": {checksum!r}}}))
    case ["list", "-m", *_]:
        print({sdk!r})
    case ["list", *_]:
        print("one\\ntwo")
    case ["build", *_]:
        out = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
        out.write_text("half")
        while log.with_name("hold").exists():
            time.sleep(0.05)
        out.write_text({built!r})
        out.chmod(0o755)
    case _:
        sys.exit(f"go: unexpected {{sys.argv[1:]}}")
"""


@dataclass
class Machine:
    """Everything below one temporary folder."""

    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def bin(self) -> Path:
        """The only folder on PATH."""
        return self.folder / "bin"

    @property
    def home(self) -> Path:
        """The user's."""
        return self.folder / "home"

    @property
    def cache(self) -> Path:
        """Where engines are kept."""
        return self.folder / "cache" / "snapnames"

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the real user's. No proxy listens on port 1, so no download site is reached."""
        return {
            "PATH": str(self.bin),
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "HTTPS_PROXY": "http://127.0.0.1:1",
        } | self.more

    def has(self, name: str, code: str) -> None:
        """Put a Python script on PATH."""
        self.bin.mkdir(exist_ok=True)
        script(self.bin / name, code)

    def has_pulumi(self, version: str) -> None:
        """Put a CLI with its language host on PATH."""
        self.has("pulumi", PULUMI.format(version=version, plugin=PLUGIN))
        self.has("pulumi-language-python", "")

    def has_plugin(self) -> None:
        """Install a plugin of the right version in the user's own PULUMI_HOME."""
        plugin = self.home / ".pulumi" / "plugins" / f"resource-aws-v{PLUGIN}"
        plugin.mkdir(parents=True)
        script(plugin / "pulumi-resource-aws", "")

    def has_go(self, version: str = "go1.99.0", checksum: str = "", built: parts.Parts = parts.DEFAULT) -> None:
        """Put a go on PATH that compiles nothing, and builds a `pulumi` that installs plugins.

        It serves the provider of the set `built`, unless another checksum is given.
        """
        sdk, provider = self.folder / "sdk", self.folder / "provider"
        for name in ("internal", "names", "version", "xpprovider"):
            (provider / name).mkdir(parents=True, exist_ok=True)
        for name in ("go.mod", "go.sum"):
            (provider / name).touch()
        for name in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
            (sdk / "python" / name).parent.mkdir(parents=True, exist_ok=True)
            (sdk / "python" / name).touch()
        pulumi = f"#!{sys.executable}\n{PULUMI.format(version=f'v{built.cli}', plugin=PLUGIN)}"
        self.has(
            "go",
            GO.format(
                log=str(self.log),
                version=version,
                provider=str(provider),
                checksum=checksum or built.provider_sum,
                sdk=str(sdk),
                built=pulumi,
            ),
        )

    @property
    def log(self) -> Path:
        """What go was asked for, a line each."""
        return self.folder / "go.log"

    @property
    def builds(self) -> list[str]:
        """The packages that go has begun to build."""
        calls = self.log.read_text().splitlines() if self.log.exists() else []
        return sorted(call.split()[-1] for call in calls if call.startswith("build "))

    @property
    def compilers(self) -> list[int]:
        """The processes of go that are alive."""
        pids = [int(line) for line in self.log.with_name("go.pids").read_text().splitlines()]
        return [pid for pid in pids if alive(pid)]

    @property
    def variables(self) -> set[str]:
        """The names in the environment that go was given."""
        return set(self.log.with_name("go.variables").read_text().splitlines())

    @property
    def hold(self) -> Path:
        """While this file exists, go's builds do not end."""
        return self.folder / "hold"

    def start(self, *arguments: str, project: Path = PROJECT) -> subprocess.Popen[str]:
        """Begin `python -m engine …`."""
        return subprocess.Popen(
            [sys.executable, "-m", "dev.engine", *arguments],
            cwd=project,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, project: Path = PROJECT) -> tuple[int, str, str]:
        """Run `python -m engine …`: its exit code, output and error output."""
        process = self.start(*arguments, project=project)
        output, errors = process.communicate(timeout=60)
        return process.returncode, output, errors

    def entries(self) -> list[str]:
        """The cache's engines by kind and version, without their hashes, and whatever else is there but the lock."""
        names = [path.name for path in self.cache.iterdir()] if self.cache.exists() else []
        return sorted("-".join(name.split("-")[:2]) for name in names if name != "lock")


def script(path: Path, code: str) -> None:
    """Write an executable Python script."""
    path.write_text(f"#!{sys.executable}\n{code}")
    path.chmod(0o755)


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def files(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
