"""Which engine is used, on machines that have one, have parts of one, or have none."""

import pytest

from dev.engine import go_builds, parts
from dev.engine.parts import CHOICE, DEFAULT, SETS, Parts
from tests.engine.download_site import download_site
from tests.engine.machine import PLUGIN, Machine

BUILT = DEFAULT.cli
OTHER = next(one for one in SETS.values() if one != DEFAULT)
GO_WANTED = parts.go_wanted(go_builds.modules(DEFAULT))


@pytest.mark.parametrize("version", ["v3.230.0", "v3.301.7"])
def test_a_new_enough_pulumi_with_an_official_plugin_is_used_as_it_is(machine: Machine, version: str) -> None:
    """The user's own CLI and PULUMI_HOME; nothing is put into the cache."""
    machine.has_pulumi(version)
    machine.has_plugin()

    code, output, errors = machine.run("ensure")

    assert (code, errors) == (0, "")
    assert output == (
        f"engine: Pulumi {version.removeprefix('v')} (installed, {machine.bin})\n"
        f"plugin: aws {PLUGIN} (installed, PULUMI_HOME={machine.home / '.pulumi'})\n"
    )
    assert not machine.cache.exists()


@pytest.mark.parametrize("version", ["v3.229.9", "v4.0.0", "v2.25.1", "a tree of its own"])
def test_a_pulumi_of_another_age_is_not_used(machine: Machine, version: str) -> None:
    """Too old, or of a major version that nobody tried."""
    machine.has_pulumi(version)
    machine.has_plugin()
    machine.has_go()

    code, output, _ = machine.run("ensure")

    assert code == 0
    assert output.startswith(f"engine: Pulumi {BUILT} (built from Go modules, {machine.cache}/cli-")


def test_a_pulumi_without_its_language_host_is_not_used(machine: Machine) -> None:
    """It could not run a Python program."""
    machine.has_pulumi("v3.300.0")
    (machine.bin / "pulumi-language-python").unlink()

    code, _, errors = machine.run("ensure")

    assert code == 1
    assert f"{machine.bin}/pulumi has no pulumi-language-python beside it" in errors


def test_a_pulumi_that_a_package_manager_linked_into_path_is_used(machine: Machine) -> None:
    """The language host is beside the real file."""
    machine.has_pulumi("v3.300.0")
    machine.has_plugin()
    cellar = machine.bin.rename(machine.folder / "cellar")
    machine.bin.mkdir()
    (machine.bin / "pulumi").symlink_to(cellar / "pulumi")

    code, output, _ = machine.run("ensure")

    assert code == 0
    assert output.startswith(f"engine: Pulumi 3.300.0 (installed, {cellar})\n")


def test_a_plugin_that_is_still_being_installed_is_not_used(machine: Machine) -> None:
    """Pulumi leaves a `.partial` file where an installation was cut off."""
    machine.has_pulumi("v3.230.0")
    machine.has_plugin()
    (machine.home / ".pulumi" / "plugins" / f"resource-aws-v{PLUGIN}.partial").touch()

    code, _, errors = machine.run("env")

    assert (code, errors) == (1, "error: there is no engine yet: run `python -m dev.engine ensure`\n")


def test_only_the_plugin_is_built_where_the_cli_is_installed(machine: Machine) -> None:
    """And it is installed into a PULUMI_HOME that the user's other stacks don't read."""
    machine.has_pulumi("v3.240.0")
    machine.has_go()

    code, output, _ = machine.run("ensure")

    assert code == 0
    assert f"engine: Pulumi 3.240.0 (installed, {machine.bin})\n" in output
    assert machine.entries() == [f"aws-{PLUGIN}"]
    assert list(machine.home.iterdir()) == []


def test_a_machine_without_any_way_to_an_engine_is_told_what_to_install(machine: Machine) -> None:
    """One error, no traceback, nothing left behind."""
    code, output, errors = machine.run("ensure")

    assert (code, output) == (1, "")
    assert errors == (
        "https://github.com does not answer: no official releases\n"
        "error: there is no Pulumi engine here, and no way to one: there is no pulumi on PATH; https://github.com "
        "gives no releases; and there is no go on PATH to build with. Install Pulumi 3.230.0 or a later 3.x, and run "
        f"`pulumi plugin install resource aws {PLUGIN}`; or install Go {GO_WANTED} or newer\n"
    )
    assert machine.entries() == []


def test_a_go_that_is_too_old_is_told_what_is_needed(machine: Machine) -> None:
    """Before anything is downloaded."""
    machine.has_go(version="go1.22.4")

    code, _, errors = machine.run("ensure")

    assert code == 1
    assert errors.endswith(
        f"error: go is go1.22.4, and the engine's modules need {GO_WANTED}: install that or a newer Go\n"
    )
    assert machine.builds == []


def test_the_environment_selects_the_engine_that_ensure_made(machine: Machine) -> None:
    """For a shell or another program."""
    machine.has_go()
    machine.run("ensure")

    code, output, _ = machine.run("env")

    [cli] = machine.cache.glob(f"cli-{BUILT}-*")
    [home] = machine.cache.glob(f"aws-{PLUGIN}-*")
    assert code == 0
    assert output == f"PATH={cli}/bin:{machine.bin}\nPULUMI_HOME={home}\nPULUMI_SKIP_UPDATE_CHECK=true\n"


def test_a_built_engine_on_path_is_not_taken_for_the_users_own(machine: Machine) -> None:
    """As in a shell that has evaluated what `env` prints."""
    machine.has_go()
    _, first, _ = machine.run("ensure")
    _, variables, _ = machine.run("env")
    machine.more = dict(line.split("=", 1) for line in variables.splitlines())

    _, second, _ = machine.run("ensure")

    assert second == first


@pytest.mark.parametrize("wanted", SETS.values(), ids=SETS)
def test_a_set_of_parts_that_is_named_is_built_and_used_whatever_is_installed(machine: Machine, wanted: Parts) -> None:
    """Neither the user's own engine nor the official releases stand in for it: a run shall show what it names."""
    machine.has_pulumi("v3.300.0")
    machine.has_plugin()
    machine.has_go(built=wanted)

    with download_site(machine.folder) as machine.more:
        machine.more |= {CHOICE: wanted.name}
        code, output, _ = machine.run("ensure")

    [cli] = machine.cache.glob(f"cli-{wanted.cli}-*")
    [home] = machine.cache.glob(f"aws-{PLUGIN}-*")
    assert code == 0
    assert output == (
        f"engine: Pulumi {wanted.cli} (built from Go modules, {cli}/bin)\n"
        f"plugin: aws {PLUGIN} (built from Go modules, PULUMI_HOME={home})\n"
    )


def test_both_sets_of_parts_are_kept_side_by_side(machine: Machine) -> None:
    """A run with the one does not make the next run with the other build again."""
    machine.has_go()
    _, first, _ = machine.run("ensure")
    machine.has_go(built=OTHER)
    machine.more = {CHOICE: OTHER.name}
    _, other, _ = machine.run("ensure")
    (machine.bin / "go").unlink()

    again = machine.run("ensure")
    machine.more = {}
    default = machine.run("ensure")

    assert f"Pulumi {OTHER.cli} " in other
    assert (again, default) == ((0, other, ""), (0, first, ""))


def test_a_set_of_parts_that_does_not_exist_is_refused(machine: Machine) -> None:
    """With the names of those that do; nothing else is built instead."""
    machine.has_go()
    machine.more = {CHOICE: "new"}

    code, _, errors = machine.run("ensure")

    assert (code, errors) == (1, "error: SNAPNAMES_ENGINE is 'new': set it to oldest or newest, or unset it\n")
    assert machine.builds == []


def test_a_named_set_of_parts_without_go_says_how_to_go_on(machine: Machine) -> None:
    """An installed engine is no way out, since it was not asked for; to unset the variable is one."""
    machine.has_pulumi("v3.300.0")
    machine.has_plugin()
    machine.more = {CHOICE: OTHER.name}

    code, _, errors = machine.run("ensure")

    go = parts.go_wanted(go_builds.modules(OTHER))
    assert code == 1
    assert errors == (
        f"error: an engine of the {OTHER.name} parts has to be built, and there is no go on PATH: install Go "
        f"{go} or newer, or unset SNAPNAMES_ENGINE\n"
    )
