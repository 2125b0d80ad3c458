"""The official releases, from a stand-in for the site that gives them."""

from dev.engine import versions
from tests.engine.download_site import SDK, download_site
from tests.engine.machine import PLUGIN, Machine


def test_official_releases_are_preferred_to_a_build(machine: Machine) -> None:
    """Into the cache and a PULUMI_HOME there; afterwards neither site nor go is asked."""
    machine.has_go()
    with download_site(machine.folder) as machine.more:
        code, output, _ = machine.run("ensure")
    machine.more = {}

    again = machine.run("ensure")

    assert code == 0
    assert output == (
        f"engine: Pulumi {SDK} (official release, downloaded, {machine.cache}/cli-{SDK}-official/bin)\n"
        f"plugin: aws {PLUGIN} (official release, downloaded, PULUMI_HOME={machine.cache}/aws-{PLUGIN}-official)\n"
    )
    assert again == (0, output, "")
    assert machine.builds == []
    assert list(machine.home.iterdir()) == []


def test_only_the_plugin_is_downloaded_where_the_cli_is_installed(machine: Machine) -> None:
    """By the CLI that is installed."""
    machine.has_pulumi("v3.250.0")

    with download_site(machine.folder) as machine.more:
        code, output, _ = machine.run("ensure")

    assert code == 0
    assert output.startswith(f"engine: Pulumi 3.250.0 (installed, {machine.bin})\n")
    assert machine.entries() == [f"aws-{PLUGIN}"]


def test_a_download_that_fails_is_told_and_built_instead(machine: Machine) -> None:
    """The SDK's installer refuses a CLI that is older than itself."""
    machine.has_go()

    with download_site(machine.folder, version="3.1.0") as machine.more:
        code, output, errors = machine.run("ensure")

    assert code == 0
    assert f"downloading Pulumi {SDK} failed: " in errors
    assert output.startswith(f"engine: Pulumi {versions.BUILT_CLI} (built from Go modules, ")
    assert machine.entries() == [f"aws-{PLUGIN}", f"cli-{versions.BUILT_CLI}"]
