"""The CLI, the language host and the aws plugin, compiled from the Go modules in this folder into the cache."""

import platform
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from snapnames.testing.engine import Cli, EngineError, Plugin, holds_plugin

from . import cache, provider, versions
from .progress import Progress, Step

HERE = Path(__file__).parent
PLATFORM = f"{platform.system()} {platform.machine()}"


@dataclass(frozen=True)
class Program:
    """A Go package to compile.

    The seconds are what two cores take from nothing, with the CLI and the plugin side by side.
    """

    title: str
    package: str
    download_seconds: int
    build_seconds: int
    stamp: str = ""
    """The variable that gets a version at link time, and the version."""


CLI = Program(
    "the Pulumi CLI",
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    40,
    190,
    f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{versions.BUILT_CLI}",
)
LANGUAGE = Program(
    "the Python language host",
    "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
    10,
    15,
    CLI.stamp,
)
SCRIPTS = (Path("cmd", "pulumi-language-python-exec"), Path("dist", "pulumi-resource-pulumi-python"))
"""Of the SDK's module: one runs programs, the other dynamic resources."""


def plugin_program(version: str) -> Program:
    """The aws plugin, which says this version when the CLI asks."""
    return Program("the aws plugin", "snapnames/engine/aws", 40, 200, f"main.version={version}")


def find_cli() -> Cli | None:
    """The built CLI, if the cache has one of just these modules."""
    entry = _cli_entry()
    return Cli(entry / "bin", versions.BUILT_CLI, "built") if entry.exists() else None


def find_plugin(version: str) -> Plugin | None:
    """The built plugin, if the cache has one of just these modules."""
    entry = _plugin_entry(version)
    return Plugin(entry, version, "built") if entry.exists() else None


def go_wanted() -> str:
    """The newest Go version that the modules ask for, e.g. `1.25.8`."""
    modules = [HERE / name / "go.mod" for name in ("aws", "cli", "language")]
    lines = [re.search(r"^go (\S+)$", module.read_text(), re.MULTILINE) for module in modules]
    return max((line[1] for line in lines if line), key=_numbers)


async def check_go(progress: Progress) -> None:
    """Raise unless `go`, or the toolchain that it switches to for these modules, is new enough."""
    step = Step("asking go for its version", 1)
    version = (await progress.run(step, ["go", "env", "GOVERSION"], HERE / "cli")).strip()
    if _numbers(version) < _numbers(go_wanted()):
        raise EngineError(f"go is {version}, and the engine's modules need {go_wanted()}: install that or a newer Go")


async def build_cli(progress: Progress) -> None:
    """Compile the CLI and its language host. Needs the cache's lock."""
    with cache.filled(_cli_entry()) as folder:
        out = folder / "bin"
        out.mkdir()
        await compile_program(progress, CLI, HERE / "cli", out / "pulumi")
        await compile_program(progress, LANGUAGE, HERE / "language", out / "pulumi-language-python")
        # The host is older than the CLI; what it runs programs by is taken from the SDK's module of the CLI's version.
        sdk = "github.com/pulumi/pulumi/sdk/v3"
        step = Step("finding the language host's scripts", 1)
        sources = await progress.run(step, ["go", "list", "-m", "-f", "{{.Dir}}", sdk], HERE / "cli")
        for script in SCRIPTS:
            shutil.copyfile(Path(sources.strip()) / "python" / script, out / script.name)
            (out / script.name).chmod(0o755)


async def build_plugin(version: str, out: Path, progress: Progress) -> None:
    """Compile the aws plugin into a folder. Needs the cache's lock."""
    with cache.scratch() as folder:
        source = folder / "aws"
        shutil.copytree(HERE / "aws", source)
        await provider.put_into(source, progress)
        await compile_program(progress, plugin_program(version), source, out / "pulumi-resource-aws")


async def install_plugin(version: str, built: Path, cli: Cli, progress: Progress) -> None:
    """Have the CLI install the compiled plugin into a PULUMI_HOME that nothing else uses. Needs the cache's lock."""
    with cache.filled(_plugin_entry(version)) as home:
        step = Step("installing the built aws plugin", 2)
        command = [str(cli.bin / "pulumi"), "plugin", "install", "resource", "aws", version, "--file", str(built)]
        await progress.run(step, command, home, {"PULUMI_HOME": str(home)})
        if not holds_plugin(home, version):
            raise EngineError(
                f"{step.doing}: `pulumi plugin install --file` succeeded, and left no aws {version} in its PULUMI_HOME"
            )


async def compile_program(progress: Progress, program: Program, source: Path, out: Path) -> None:
    """Download what the package needs, then build it. go.mod and go.sum stay as they are, so each module is checked."""
    fetch = Step(
        f"downloading the modules of {program.title}",
        program.download_seconds,
        "modules",
        counts=lambda line: line.startswith("go: downloading "),
    )
    listing = await progress.run(fetch, ["go", "list", "-mod=readonly", "-deps", program.package], source)
    packages = frozenset(listing.split())
    # What Go's build cache holds is not compiled and not counted.
    step = Step(f"building {program.title}", program.build_seconds, "packages", len(packages), packages.__contains__)
    stamp = f" -X {program.stamp}" if program.stamp else ""
    flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", f"-s -w{stamp}"]
    await progress.run(step, ["go", "build", "-v", *flags, "-o", str(out), program.package], source)


def _cli_entry() -> Path:
    key = cache.key(
        [CLI.package, LANGUAGE.package, CLI.stamp, *map(str, SCRIPTS), PLATFORM], [HERE / "cli", HERE / "language"]
    )
    return cache.root() / f"cli-{versions.BUILT_CLI}-{key}"


def _plugin_entry(version: str) -> Path:
    pins = [versions.PROVIDER, versions.PROVIDER_VERSION, versions.PROVIDER_SUM]
    key = cache.key([plugin_program(version).stamp, *pins, PLATFORM], [HERE / "aws"])
    return cache.root() / f"aws-{version}-{key}"


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
