"""Which of several services a command works on, what it says of it, and what it does to the others."""

from pathlib import Path
from typing import Any

import pytest
from snapnames.cli.commands.services import chosen_service, listed_of_others, refuse_others
from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.stack.keys import Keys
from snapnames.cli.stack.release_list import Releases
from snapnames.cli.stack.stack_file import StackFile, StaleListError
from snapnames.cli.stack.steps import Step, Steps
from snapnames.config.settings import read_settings
from snapnames.errors import InputError

TWO = {"front:source": "i-1", "back:source": "i-2"}
FILE = """\
config:
  front:source: i-1  # the oldest one
  front:releases:
    - "2"
    - "1"
  back:source: i-2
"""


@pytest.mark.parametrize(
    ("config", "asked", "chosen"),
    [
        ({"snapnames:service": "web"}, None, ("web", False)),
        ({"snapnames:service": "web"}, "web", ("web", False)),
        ({"front:source": "i-1"}, None, ("front", True)),
        (TWO, "back", ("back", True)),
        ({"snapnames:service": "web", **TWO}, None, ("web", False)),
        ({"snapnames:service": "web", **TWO}, "front", ("front", True)),
    ],
)
def test_a_service_is_the_one_that_is_asked_for_or_the_only_one(
    config: dict[str, str], asked: str | None, chosen: tuple[str, bool]
) -> None:
    """The service of snapnames' own program has its config under `snapnames:`, any other under its name."""
    assert chosen_service(config, asked, "Pulumi.test.yaml") == chosen


@pytest.mark.parametrize(
    ("config", "asked", "said"),
    [
        (TWO, None, "no --service is given, and Pulumi.test.yaml has the services back, front: give one of them."),
        (TWO, "fornt", "--service is 'fornt', and Pulumi.test.yaml has the services back, front: give one of them."),
        ({"snapnames:service": "web"}, "front", "--service is 'front', and Pulumi.test.yaml has the service web:"),
        ({}, None, "snapnames:service is not set in Pulumi.test.yaml; image names begin with it"),
        ({}, "front", "--service is 'front', and Pulumi.test.yaml has no front:source; a service of a program of your"),
    ],
)
def test_a_service_is_never_guessed(config: dict[str, str], asked: str | None, said: str) -> None:
    """The message has those that there are, or what the program has to do."""
    with pytest.raises(UsageError) as refused:
        chosen_service(config, asked, "Pulumi.test.yaml")

    assert str(refused.value).startswith(said)


def test_the_lists_of_the_other_services_are_those_of_the_config() -> None:
    """The service that the command works on is none of them; snapnames' own program has no others."""
    config = {**TWO, "back:releases": '["3","2"]', "db:source": "i-3"}

    assert listed_of_others(config, "front") == {"back": ("3", "2"), "db": ()}
    assert listed_of_others(config, "") == {}


@pytest.mark.parametrize(
    "step",
    [
        Step("create", "image", "back-2"),
        Step("delete", "image", "back-1"),
        Step("update", "launch template", "back"),
        Step("update", "Auto Scaling group", "back"),
        Step("create", "launch configuration", "back"),
    ],
)
def test_an_update_that_changes_an_image_or_the_fleet_of_another_service_is_refused(step: Step) -> None:
    """It names what would change."""
    steps = Steps()
    steps.seen += [Step("create", "image", "front-2"), step]

    with pytest.raises(CommandError) as refused:
        refuse_others(steps, "front", ["back"])

    assert str(refused.value).startswith(f"the update would also change service 'back': {step}. Nothing of this update")


def test_an_update_of_the_service_itself_and_of_what_else_the_program_has_is_not_refused() -> None:
    """Also where the name of another service begins its own."""
    steps = Steps()
    steps.seen += [
        Step("create", "image", "web-api-2"),
        Step("update", "launch template", "web-api"),
        Step("update", "SecurityGroup", "back"),
    ]

    refuse_others(steps, "web-api", ["web", "back"])


def test_the_lists_of_a_service_are_edited_under_its_name_and_nothing_else(tmp_path: Path) -> None:
    """The other service has no list yet, and gets one."""
    path = tmp_path / "Pulumi.test.yaml"
    path.write_text(FILE, encoding="utf-8")
    front, back = (StackFile.read(path, Keys.of(service)) for service in ("front", "back"))

    changed = front.edited(Releases(("3", "2", "1"), "2"))
    begun = back.edited(Releases(("1",)))

    assert changed == FILE.replace('    - "2"', '    - "3"\n    - "2"').replace(
        "  front:releases", '  front:live: "2"\n  front:releases'
    )
    assert begun == FILE.replace("config:\n", 'config:\n  back:releases:\n    - "1"\n')


def test_a_list_of_another_service_that_has_changed_meanwhile_stops_the_update(tmp_path: Path) -> None:
    """The update would run with the old list, and drop what the new one has."""
    path = tmp_path / "Pulumi.test.yaml"
    path.write_text(FILE, encoding="utf-8")
    front = StackFile.read(path, Keys.of("front"))
    path.write_text(f'{FILE}  back:releases: ["1"]\n', encoding="utf-8")

    with pytest.raises(StaleListError, match=r"has another back:releases than when this command read it"):
        front.check_unchanged()


def service(**keys: object) -> dict[str, Any]:
    """The config of the service `front`, beside another one."""
    return {"back:releases": ["9"], **{f"front:{key}": value for key, value in keys.items()}}


def test_a_service_reads_the_keys_under_its_name_and_may_have_no_release_yet() -> None:
    """Others read theirs."""
    begun = read_settings(service(source="i-01234567"), "front")
    settings = read_settings(service(source="i-01234567", releases=["2", "1"], live="1"), "front")

    assert (begun.releases, begun.live, begun.namespace) == ((), "", "front:")
    assert (settings.releases, settings.live, settings.image_name("2")) == (("2", "1"), "1", "front-2")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "front:source is not set; it is an instance id, or tags that pick a running instance"),
        ({"source": "fleet"}, "front:source is 'fleet'; it is an instance id, or tags that pick a running instance"),
        ({"source": "i-01234567", "releases": ["1"], "live": "2"}, "front:live is '2', which is not in front:releases"),
        ({"source": "i-01234567", "relaeses": []}, "front:relaeses is not a key that snapnames knows; the nearest is"),
        ({"source": "i-01234567", "fleet": {}}, "front:fleet is not a key that snapnames knows"),
    ],
)
def test_a_fault_in_the_config_of_a_service_names_its_own_key(keys: dict[str, object], said: str) -> None:
    """Not the one of snapnames' own program."""
    with pytest.raises(InputError) as refused:
        read_settings(service(**keys), "front")

    assert str(refused.value).startswith(said)
