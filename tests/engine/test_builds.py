"""How an engine gets into the cache: once, whole, and from the sources that are pinned."""

import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dev.engine import parts
from tests.engine.machine import PLUGIN, PROJECT, Machine, files

pytestmark = pytest.mark.slow

CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
LANGUAGE = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
AWS = "snapnames/engine/aws"
ENGINE = [f"aws-{PLUGIN}", f"cli-{parts.DEFAULT.cli}"]


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until it holds, or fail."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited half a minute in vain"
        time.sleep(0.02)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Another checkout of the project, to change."""
    shutil.copytree(PROJECT / "dev", tmp_path / "clone" / "dev")
    return tmp_path / "clone"


def test_an_engine_is_built_where_nothing_else_is_to_be_had(machine: Machine) -> None:
    """All three programs, each once; the plugin in a PULUMI_HOME of its own, never in the user's."""
    machine.has_go()

    code, output, _ = machine.run("ensure")

    [home] = machine.cache.glob(f"aws-{PLUGIN}-*")
    [cli] = machine.cache.glob(f"cli-{parts.DEFAULT.cli}-*")
    assert code == 0
    assert output == (
        f"engine: Pulumi {parts.DEFAULT.cli} (built from Go modules, {cli}/bin)\n"
        f"plugin: aws {PLUGIN} (built from Go modules, PULUMI_HOME={home})\n"
    )
    assert machine.builds == [CLI, LANGUAGE, AWS]
    assert files(cli) == [
        "bin/pulumi",
        "bin/pulumi-language-python",
        "bin/pulumi-language-python-exec",
        "bin/pulumi-resource-pulumi-python",
    ]
    assert all(path.stat().st_mode & 0o111 for path in (cli / "bin").iterdir())
    assert files(home) == [f"plugins/resource-aws-v{PLUGIN}/pulumi-resource-aws"]
    assert list(machine.home.iterdir()) == []


def test_a_second_ensure_builds_nothing(machine: Machine, clone: Path) -> None:
    """Not even in another clone, or after go is gone."""
    machine.has_go()
    _, first, _ = machine.run("ensure")
    machine.log.unlink()
    (machine.bin / "go").unlink()

    again, elsewhere = machine.run("ensure"), machine.run("ensure", project=clone)

    assert again == elsewhere == (0, first, "")


@pytest.mark.parametrize(
    ("changed", "rebuilt"),
    [
        ("aws/main.go", [AWS]),
        (f"{parts.DEFAULT.name}/aws/go.sum", [AWS]),
        (f"{parts.DEFAULT.name}/aws/overlay/internal/conns/awsclient_gen.go", [AWS]),
        (f"{parts.DEFAULT.name}/cli/go.mod", [CLI, LANGUAGE]),
        ("language/go.sum", [CLI, LANGUAGE]),
    ],
)
def test_a_changed_input_is_built_again(machine: Machine, clone: Path, changed: str, rebuilt: list[str]) -> None:
    """And only what it goes into."""
    machine.has_go()
    machine.run("ensure")
    machine.log.unlink()
    with (clone / "dev" / "engine" / changed).open("a") as file:
        file.write("\n")

    code, _, _ = machine.run("ensure", project=clone)

    assert code == 0
    assert machine.builds == rebuilt


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_build_leaves_nothing_half_made_and_the_next_one_finishes(
    machine: Machine, by: signal.Signals
) -> None:
    """However it is killed, and whatever it was in the middle of."""
    machine.has_go()
    machine.hold.touch()
    killed = machine.start("ensure")
    wait_for(lambda: len(machine.builds) == 2)
    killed.send_signal(by)
    killed.communicate(timeout=30)
    half_made = [*machine.cache.glob("cli-*"), *machine.cache.glob("aws-*")]
    machine.hold.unlink()

    code, _, _ = machine.run("ensure")

    assert (half_made, code) == ([], 0)
    assert machine.entries() == ENGINE


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_build_takes_its_compilers_with_it(machine: Machine, by: signal.Signals) -> None:
    """And cleans up at once, instead of at the next build."""
    machine.has_go()
    machine.hold.touch()
    stopped = machine.start("ensure")
    wait_for(lambda: len(machine.builds) == 2)

    stopped.send_signal(by)
    _, errors = stopped.communicate(timeout=30)

    assert stopped.returncode == 130
    assert machine.compilers == []
    assert errors.endswith("stopped; the next run starts where Go's own cache got to\n")
    assert machine.entries() == []


def test_a_failed_build_shows_what_go_said_and_leaves_nothing(machine: Machine) -> None:
    """The other build is ended with it."""
    machine.has_go()
    fake = (machine.bin / "go").read_text()
    machine.has("go", fake.replace('case ["build", *_]:', 'case ["build", *_]:\n        sys.exit("no space left")'))

    code, output, errors = machine.run("ensure")

    assert (code, output) == (1, "")
    assert errors.splitlines()[-1] == "no space left"
    assert "error: building " in errors
    assert machine.entries() == []


def test_two_at_once_build_once(machine: Machine) -> None:
    """The second waits for the first, says so, and uses what it made."""
    machine.has_go()
    machine.hold.touch()
    first = machine.start("ensure")
    wait_for(lambda: len(machine.builds) == 2)
    second = machine.start("ensure")
    assert second.stderr
    waiting = second.stderr.readline()
    machine.hold.unlink()

    results = [process.communicate(timeout=30)[0] for process in (first, second)]

    assert waiting == f"another process is making an engine in {machine.cache}: waiting for it\n"
    assert results[0] == results[1] != ""
    assert machine.builds == [CLI, LANGUAGE, AWS]


def test_go_is_given_no_aws_credentials_and_no_other_platform(machine: Machine) -> None:
    """Everything else of the user's environment, such as proxies, is passed on."""
    machine.has_go()
    machine.more = {"AWS_SECRET_ACCESS_KEY": "secret", "AWS_PROFILE": "work", "GOARCH": "wasm", "GOPROXY": "direct"}

    code, _, _ = machine.run("ensure")

    assert code == 0
    assert not machine.variables & {"AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "GOARCH"}
    assert machine.variables >= {"GOPROXY", "HTTPS_PROXY", "HOME"}


def test_a_provider_with_another_checksum_is_refused(machine: Machine) -> None:
    """Whatever the proxy for Go modules serves."""
    machine.has_go(checksum="h1:AAAA=")

    code, _, errors = machine.run("ensure")

    assert code == 1
    assert f"has the checksum h1:AAAA=, not {parts.DEFAULT.provider_sum}" in errors
    assert AWS not in machine.builds
    assert machine.entries() == []
