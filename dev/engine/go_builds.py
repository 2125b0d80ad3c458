"""The CLI, the language host and the aws plugin, compiled from the Go modules in this folder into the cache."""

import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from snapnames.testing.engine import Cli, EngineError, Plugin, holds_plugin

from . import cache, provider
from .parts import HERE, PROVIDER, Parts, go_wanted, numbers
from .progress import Progress, Step

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


LANGUAGE_MODULES = HERE / "language"
PLUGIN_SOURCE = HERE / "aws"
"""What every set's plugin is compiled from, beside the set's own modules."""

LATE_COLLECTOR = {"GOGC": "400", "GOMEMLIMIT": "2GiB"}
"""For the compilers: each ends soon, and a fifth of their time went into their own garbage collection."""

SCRIPTS = (Path("cmd", "pulumi-language-python-exec"), Path("dist", "pulumi-resource-pulumi-python"))
"""Of the SDK's module: one runs programs, the other dynamic resources."""


def cli_program(parts: Parts) -> Program:
    """The CLI."""
    return Program(
        "the Pulumi CLI",
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        40,
        parts.cli_seconds,
        f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{parts.cli}",
    )


def language_program(parts: Parts) -> Program:
    """The Python language host, which says the CLI's version. It is older, and the same for every CLI."""
    return Program(
        "the Python language host",
        "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
        10,
        15,
        cli_program(parts).stamp,
    )


def plugin_program(version: str, parts: Parts) -> Program:
    """The aws plugin, which says this version when the CLI asks."""
    return Program("the aws plugin", "snapnames/engine/aws", 40, parts.plugin_seconds, f"main.version={version}")


def find_cli(parts: Parts) -> Cli | None:
    """The built CLI, if the cache has one of just these modules."""
    entry = _cli_entry(parts)
    return Cli(entry / "bin", parts.cli, "built") if entry.exists() else None


def find_plugin(version: str, parts: Parts) -> Plugin | None:
    """The built plugin, if the cache has one of just these modules."""
    entry = _plugin_entry(version, parts)
    return Plugin(entry, version, "built") if entry.exists() else None


def modules(parts: Parts) -> list[Path]:
    """The folders whose go.mod files a build reads."""
    return [parts.folder / "aws", parts.folder / "cli", LANGUAGE_MODULES]


async def check_go(progress: Progress, modules: list[Path]) -> None:
    """Raise unless `go`, or the toolchain that it switches to for these modules, is new enough."""
    wanted = go_wanted(modules)
    asking = next(module for module in modules if go_wanted([module]) == wanted)
    step = Step("asking go for its version", 1)
    version = (await progress.run(step, ["go", "env", "GOVERSION"], asking)).strip()
    if numbers(version) < numbers(wanted):
        raise EngineError(f"go is {version}, and the engine's modules need {wanted}: install that or a newer Go")


async def build_cli(parts: Parts, progress: Progress) -> None:
    """Compile the CLI and its language host. Needs the cache's lock."""
    modules = parts.folder / "cli"
    with cache.filled(_cli_entry(parts)) as folder:
        out = folder / "bin"
        out.mkdir()
        await compile_program(progress, cli_program(parts), modules, out / "pulumi")
        await compile_program(progress, language_program(parts), LANGUAGE_MODULES, out / "pulumi-language-python")
        # The host is older than the CLI; what it runs programs by is taken from the SDK's module of the CLI's version.
        sdk = "github.com/pulumi/pulumi/sdk/v3"
        step = Step("finding the language host's scripts", 1)
        sources = await progress.run(step, ["go", "list", "-m", "-f", "{{.Dir}}", sdk], modules)
        for script in SCRIPTS:
            shutil.copyfile(Path(sources.strip()) / "python" / script, out / script.name)
            (out / script.name).chmod(0o755)


async def build_plugin(version: str, parts: Parts, out: Path, progress: Progress) -> None:
    """Compile the aws plugin into a folder. Needs the cache's lock."""
    with cache.scratch() as folder:
        source = folder / "aws"
        shutil.copytree(parts.folder / "aws", source)
        shutil.copytree(PLUGIN_SOURCE, source, dirs_exist_ok=True)
        await provider.put_into(source, parts, progress)
        await compile_program(progress, plugin_program(version, parts), source, out / "pulumi-resource-aws")


async def install_plugin(version: str, parts: Parts, built: Path, cli: Cli, progress: Progress) -> None:
    """Have the CLI install the compiled plugin into a PULUMI_HOME that nothing else uses. Needs the cache's lock."""
    with cache.filled(_plugin_entry(version, parts)) as home:
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
    await progress.run(step, ["go", "build", "-v", *flags, "-o", str(out), program.package], source, LATE_COLLECTOR)


def _cli_entry(parts: Parts) -> Path:
    cli, language = cli_program(parts), language_program(parts)
    facts = [cli.package, language.package, cli.stamp, *map(str, SCRIPTS), PLATFORM]
    return cache.root() / f"cli-{parts.cli}-{cache.key(facts, [parts.folder / 'cli', LANGUAGE_MODULES])}"


def _plugin_entry(version: str, parts: Parts) -> Path:
    pins = [PROVIDER, parts.provider, parts.provider_sum]
    facts = [plugin_program(version, parts).stamp, *pins, PLATFORM]
    return cache.root() / f"aws-{version}-{cache.key(facts, [PLUGIN_SOURCE, parts.folder / 'aws'])}"
