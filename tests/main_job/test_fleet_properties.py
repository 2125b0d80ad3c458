"""Properties of pulumi-aws that a fleet passes through: derived from its classes, checked before anything is made."""

import base64
import inspect
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, get_args, get_origin

import pulumi_aws as aws
import pytest
import yaml
from pulumi import Output
from snapnames import InputError
from snapnames.config.aws_properties import bare, properties, with_whole_numbers
from snapnames.config.fleet_properties import OWN, SHORT, checked_fleet, classes
from snapnames.resources.group import LEFT, NEVER_LEFT

from tests.config.readings import FLEET, GOOD, WRITE_SO, faults
from tests.program import ROOT

PLACES = ("group", "template", "configuration")
ARGS: dict[str, Any] = {"image_id": "ami-1", "instance_type": "t3.micro", "zones": ["ap-northeast-2a"]}
SECRET = "#!/bin/sh\nPASSWORD=correct-horse\n"
ENCODED = base64.b64encode(SECRET.encode()).decode()


def fleet_faults(changes: Mapping[str, Any]) -> list[str]:
    """The faults of a fleet in the config that has these keys too."""
    return faults({**GOOD, "fleet": {**FLEET, **changes}})


def example(hint: Any) -> Any:  # noqa: ANN401 -- an annotation of pulumi-aws
    """A value of the kind that a property has."""
    scalars: dict[Any, Any] = {str: "text", int: 1, float: 1.5, bool: True}
    if hint in scalars:
        return scalars[hint]
    if get_origin(hint) is not None:
        return {} if get_origin(hint) is Mapping else []
    return {key: example(one.hint) for key, one in properties(hint).items() if one.required}


def classes_below(inputs: type) -> Iterator[type]:
    """The class, and each that a property of it takes, at any depth."""
    yield inputs
    for one in properties(inputs).values():
        hint = bare(get_args(one.hint)[0]) if get_origin(one.hint) is Sequence else one.hint
        if inspect.isclass(hint) and hint.__module__.startswith("pulumi_aws") and not issubclass(hint, Enum):
            yield from classes_below(hint)


@pytest.mark.parametrize("place", PLACES)
def test_each_property_of_pulumi_aws_is_known_by_the_name_that_pulumi_gives_it(place: str) -> None:
    """All of the class's, in each class below it too; only those that the fleet sets itself are refused."""
    launch = {} if place == "group" else {"launch": place}
    known = properties(classes(place))
    of_kinds = {key: example(one.hint) for key, one in known.items() if key not in {**OWN[place], **SHORT[place]}}
    for key in ("mixedInstancesPolicy", "instanceRequirements"):  # which go with other keys
        of_kinds.pop(key, None)

    assert len(known) == len(inspect.signature(classes(place)).parameters)
    for inputs in classes_below(classes(place)):
        getters = [one.fget for one in vars(inputs).values() if isinstance(one, property)]
        names = {getattr(one, "_pulumi_name", "") for one in getters}  # where the SDK keeps it
        assert names == {*properties(inputs)}, inputs
    for key, value in of_kinds.items():
        told = [line for line in fleet_faults({**launch, place: {key: value}}) if f"{place}.{key}" in line]
        assert told == [], key
    assert {*OWN[place], *SHORT[place]} <= {*known}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"group": {"targetGroupArn": ["arn"]}},
            (
                "group.targetGroupArn is not a property that pulumi-aws has there; the nearest is "
                "snapnames:fleet.group.targetGroupArns: rename it, or remove it"
            ),
        ),
        (
            {"group": {"warmPool": {"poolstate": "Stopped"}}},
            (
                "group.warmPool.poolstate is not a property that pulumi-aws has there; the nearest is "
                "snapnames:fleet.group.warmPool.poolState: rename it, or remove it"
            ),
        ),
        (
            {"launch": "template", "template": {"blockDeviceMappings": [{"ebs": {"volumSize": 8}}]}},
            (
                "template.blockDeviceMappings[0].ebs.volumSize is not a property that pulumi-aws has there; the "
                "nearest is snapnames:fleet.template.blockDeviceMappings[0].ebs.volumeSize: rename it, or remove it"
            ),
        ),
        (
            {"configuration": {"metadata_options": {}, "spotPrice": "1"}},
            (
                "configuration.metadata_options is not a property that pulumi-aws has there; the nearest is "
                "snapnames:fleet.configuration.metadataOptions: rename it, or remove it"
            ),
        ),
        (
            {"group": {"t\x1b": 1}},
            (
                r"group.t\x1b is not a property that pulumi-aws has there; the nearest is snapnames:fleet.group.tags: "
                "rename it, or remove it"
            ),
        ),
        ({"group": {"defaultCooldown": "60"}}, f"group.defaultCooldown is '60'; it wants a whole number: {WRITE_SO}"),
        ({"group": {"defaultCooldown": True}}, f"group.defaultCooldown is True; it wants a whole number: {WRITE_SO}"),
        ({"group": {"capacityRebalance": 1}}, f"group.capacityRebalance is 1; it wants true or false: {WRITE_SO}"),
        ({"group": {"targetGroupArns": "arn"}}, f"group.targetGroupArns is 'arn'; it wants a list: {WRITE_SO}"),
        ({"group": {"terminationPolicies": [1]}}, f"group.terminationPolicies[0] is 1; it wants text: {WRITE_SO}"),
        ({"group": {"warmPool": []}}, f"group.warmPool is []; it wants a map: {WRITE_SO}"),
        ({"group": {"warmPool": None}}, f"group.warmPool is None; it wants a map: {WRITE_SO}"),
        (
            {"launch": "template", "template": {"tags": {"build": 7}}},
            f"template.tags.build is 7; it wants text: {WRITE_SO}",
        ),
        (
            {"group": {"enabledMetrics": ["GroupMinsize"]}},
            (
                "group.enabledMetrics[0] is 'GroupMinsize'; it is one of 20 words, of which the nearest is "
                "GroupMinSize: set one of them"
            ),
        ),
        (
            {"group": {"instanceMaintenancePolicy": {"minHealthyPercentage": 90}}},
            (
                "group.instanceMaintenancePolicy has no maxHealthyPercentage, which pulumi-aws requires there: add "
                "maxHealthyPercentage"
            ),
        ),
        ({"launch": "template", "template": {"keyName": {}}}, f"template.keyName is {{}}; it wants text: {WRITE_SO}"),
        ({"group": ["warmPool"]}, f"group is a secret; it wants a map of properties: {WRITE_SO}"),
    ],
)
def test_a_misspelt_or_wrong_property_is_told_with_its_path(changes: dict[str, Any], line: str) -> None:
    """Nested ones too, and one line for one fault."""
    assert fleet_faults(changes) == [f"snapnames:fleet.{line}"]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"group": {"launchTemplate": {"id": "lt-1"}}},
            (
                "group.launchTemplate is given; snapnames sets it to the launch template's version of the live "
                "release: remove it"
            ),
        ),
        (
            {"group": {"launchConfiguration": "web"}},
            (
                "group.launchConfiguration is given; snapnames sets it to the launch configuration of the live "
                "release: remove it"
            ),
        ),
        (
            {"group": {"instanceRefresh": {"strategy": "Rolling"}}},
            (
                "group.instanceRefresh is given; snapnames has a key of its own for it: write it as "
                "snapnames:fleet.instanceRefresh"
            ),
        ),
        (
            {"launch": "template", "template": {"imageId": "ami-1"}},
            "template.imageId is given; snapnames sets it to the image of the live release: remove it",
        ),
        (
            {"launch": "template", "template": {"name": "web"}},
            (
                "template.name is given; snapnames generates it, so that the new one exists before the old one goes: "
                "remove it"
            ),
        ),
        (
            {"configuration": {"namePrefix": "web"}},
            (
                "configuration.namePrefix is given; snapnames generates it, so that the new one exists before the old "
                "one goes: remove it"
            ),
        ),
        (
            {"launch": "template", "template": {"updateDefaultVersion": False}},
            (
                "template.updateDefaultVersion is given; snapnames sets it, so that the default version is that of the "
                "live release: remove it"
            ),
        ),
        (
            {"minSize": 1, "group": {"minSize": 1}},
            "group.minSize and snapnames:fleet.minSize are both given; they are one setting: remove one of them",
        ),
        (
            {"tags": {"a": "b"}, "group": {"tags": []}},
            "group.tags and snapnames:fleet.tags are both given; they are one setting: remove one of them",
        ),
        (
            {"healthCheck": "ELB", "group": {"healthCheckType": "ELB"}},
            (
                "group.healthCheckType and snapnames:fleet.healthCheck are both given; they are one setting: remove "
                "one of them"
            ),
        ),
        (
            {"userData": SECRET, "launch": "template", "template": {"userData": ENCODED}},
            "template.userData and snapnames:fleet.userData are both given; they are one setting: remove one of them",
        ),
        (
            {"userData": SECRET, "configuration": {"userDataBase64": ENCODED}},
            (
                "configuration.userDataBase64 and snapnames:fleet.userData are both given; they are one setting: "
                "remove one of them"
            ),
        ),
        (
            {"configuration": {"userData": SECRET, "userDataBase64": ENCODED}},
            (
                "configuration.userData and snapnames:fleet.configuration.userDataBase64 are both given; they are one "
                "setting: remove one of them"
            ),
        ),
        (
            {
                "launch": "template",
                "template": {"instanceRequirements": {"memoryMib": {"min": 1}, "vcpuCount": {"min": 1}}},
            },
            (
                "template.instanceRequirements and snapnames:fleet.instanceType are both given; they are one setting: "
                "remove one of them"
            ),
        ),
        (
            {"template": {"description": "web"}},
            (
                "template is given and snapnames:fleet.launch is configuration; its properties are those of a launch "
                "template: set snapnames:fleet.launch to template, or remove snapnames:fleet.template"
            ),
        ),
        (
            {"launch": "template", "configuration": {"spotPrice": "1"}},
            (
                "configuration is given and snapnames:fleet.launch is template; its properties are those of a launch "
                "configuration: set snapnames:fleet.launch to configuration, or remove snapnames:fleet.configuration"
            ),
        ),
        (
            {"group": {"mixedInstancesPolicy": {"instancesDistribution": {"spotMaxPrice": "1"}}}},
            (
                "group.mixedInstancesPolicy is given and snapnames:fleet.launch is configuration; Auto Scaling mixes "
                "the instances of a launch template alone: set snapnames:fleet.launch to template, or remove "
                "snapnames:fleet.group.mixedInstancesPolicy"
            ),
        ),
        (
            {
                "launch": "template",
                "group": {"mixedInstancesPolicy": {"launchTemplate": {"launchTemplateSpecification": {}}}},
            },
            (
                "group.mixedInstancesPolicy.launchTemplate.launchTemplateSpecification is given; snapnames sets it to "
                "the launch template's version of the live release: remove it"
            ),
        ),
        (
            {"launch": "template", "securityGroups": ["sg-1"], "template": {"networkInterfaces": [{"deviceIndex": 0}]}},
            (
                "template.networkInterfaces and snapnames:fleet.securityGroups are both given; EC2 then wants the "
                "security groups within the network interfaces: write them as "
                "snapnames:fleet.template.networkInterfaces[0].securityGroups"
            ),
        ),
    ],
)
def test_what_the_fleet_sets_itself_or_has_twice_is_refused(changes: dict[str, Any], line: str) -> None:
    """Each with what to do about it."""
    assert fleet_faults(changes) == [f"snapnames:fleet.{line}"]


TAG = {"key": "team", "value": "web", "propagateAtLaunch": True}
MARK = {"key": "snapnames:stack", "value": "x", "propagateAtLaunch": True}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"group": {"tags": [MARK]}}, "group has the tag snapnames:stack"),
        (
            {
                "launch": "template",
                "template": {"tagSpecifications": [{"resourceType": "instance", "tags": {"snapnames:stack": "x"}}]},
            },
            "template has the tag snapnames:stack",
        ),
        (
            {"launch": "template", "template": {"tags": {"snapnames:stack": "x"}}},
            "template has the tag snapnames:stack",
        ),
    ],
)
def test_the_mark_of_the_stack_is_put_nowhere_by_hand(changes: dict[str, Any], line: str) -> None:
    """On an instance a backup would copy it onto an image that is nobody's release."""
    assert fleet_faults(changes) == [
        f"snapnames:fleet.{line}; snapnames sets it itself, and on no instance: remove it",
    ]


def test_a_group_has_one_value_for_the_key_of_a_tag() -> None:
    """Each tag is a resource by its key."""
    assert fleet_faults({"group": {"tags": [TAG, {**TAG, "value": "db"}]}}) == [
        "snapnames:fleet.group.tags has the key 'team' 2 times; a group has one value for it: give it once"
    ]
    with pytest.raises(InputError, match="has a key that is known later"):
        checked_fleet({**ARGS, "group": {"tags": [{**TAG, "key": Output.from_input("team")}]}}, "fleet 'web'")


@pytest.mark.parametrize(
    ("place", "key", "value", "told"),
    [
        ("template", "userData", SECRET, "no base64; pulumi-aws takes the user data encoded here: encode it"),
        (
            "template",
            "userData",
            base64.b64encode(b"correct-horse" * 2000).decode(),
            "user data of 26000 bytes; EC2 takes 1 to 16384: let it fetch the rest",
        ),
        ("configuration", "userDataBase64", "correct-horse", "no base64; pulumi-aws takes the user data encoded here"),
        ("template", "userData", ["correct-horse"], "a secret; it wants text"),
        ("configuration", "userDataBase64", {"a": "correct-horse"}, "a secret; it wants text"),
    ],
)
def test_user_data_that_is_passed_through_is_never_shown(place: str, key: str, value: object, told: str) -> None:
    """Where it is wrong, the fault says only what is wrong with it."""
    (line,) = fleet_faults({"launch": place, place: {key: value}})

    assert line.startswith(f"snapnames:fleet.{place}.{key} is {told}")
    assert "correct-horse" not in line
    assert ENCODED not in line


def test_user_data_of_several_lines_is_no_fault_in_a_launch_configuration() -> None:
    """Other texts of the config have one line."""
    assert fleet_faults({"configuration": {"userData": SECRET}}) == []
    assert fleet_faults({"configuration": {"userData": "#" * 16385}}) == [
        "snapnames:fleet has user data of 16385 bytes; EC2 takes 1 to 16384: let it fetch the rest"
    ]


def test_sizes_and_places_that_are_passed_through_are_checked_as_those_of_the_short_keys() -> None:
    """One rule, in whichever way a size is given."""
    sized = {"group": {"minSize": 3, "maxSize": 2}}
    placed = {"group": {"vpcZoneIdentifiers": ["subnet-1"]}}

    assert fleet_faults(sized) == [
        (
            "snapnames:fleet has the minimum size 3 and the maximum size 2; Auto Scaling wants 0 <= minimum <= "
            "maximum: set both"
        )
    ]
    assert fleet_faults(placed) == [
        "snapnames:fleet has both zones and subnets; Auto Scaling takes one of the two: give one"
    ]
    assert fleet_faults({"group": {"minSize": 1, "maxSize": 2}}) == []


@pytest.mark.parametrize(
    "types",
    [
        {"template": {"instanceRequirements": {"memoryMib": {"min": 1}, "vcpuCount": {"min": 1}}}},
        {"template": {"instanceType": "t3.micro"}},
        {"group": {"mixedInstancesPolicy": {"launchTemplate": {"overrides": [{"instanceType": "t3.micro"}]}}}},
    ],
)
def test_a_fleet_that_says_its_instance_types_elsewhere_needs_no_instance_type(types: dict[str, Any]) -> None:
    """By their attributes, as a property of the template, or as a list."""
    fleet = {"zones": ["ap-northeast-2a"], "launch": "template", **types}

    assert faults({**GOOD, "fleet": fleet}) == []


def test_properties_keep_their_names_and_an_output_stays_what_it_is() -> None:
    """In every map and list; a whole number becomes one."""
    output = Output.from_input("kms-1")
    given = {
        "blockDeviceMappings": [{"deviceName": "/dev/sdf", "ebs": {"volumeSize": 8.0, "kmsKeyId": output}}],
        "tagSpecifications": [{"resourceType": "volume", "tags": {"costCenter": "web"}}],
    }

    sent = with_whole_numbers(given, aws.ec2.LaunchTemplateArgs)

    assert sent == given
    assert str(sent["blockDeviceMappings"][0]["ebs"]["volumeSize"]) == "8"


def test_a_whole_number_of_another_language_is_one() -> None:
    """They send each number as a fraction."""
    sized = checked_fleet({**ARGS, "group": {"minSize": 2.0, "maxSize": 3.0, "defaultCooldown": 60.0}}, "fleet 'web'")

    assert (sized["min_size"], sized["max_size"]) == (2, 3)
    rolling = {"instance_warmup": 60.0, "checkpoint_percentages": [50.0, 100.0], "skip_matching": True}
    refresh = checked_fleet({**ARGS, "instance_refresh": rolling}, "fleet 'web'")["instance_refresh"]
    assert str(refresh) == "{'instance_warmup': 60, 'checkpoint_percentages': [50, 100], 'skip_matching': True}"
    assert str(with_whole_numbers(sized["group"], aws.autoscaling.GroupArgs)) == "{'defaultCooldown': 60}"
    with pytest.raises(InputError, match="has the minimum size 2 and the maximum size 1;"):
        checked_fleet({**ARGS, "group": {"minSize": 2.0, "maxSize": 1.0}}, "fleet 'web'")
    with pytest.raises(InputError, match=r"group.defaultCooldown is 60.5; it wants a whole number"):
        checked_fleet({**ARGS, "group": {"defaultCooldown": 60.5}}, "fleet 'web'")


def test_a_component_is_told_by_the_names_of_its_inputs_and_takes_outputs() -> None:
    """All faults of one fleet together, before anything is registered."""
    outputs = {"group": {"targetGroupArns": [Output.from_input("arn")], "minSize": Output.from_input(1)}}

    checked_fleet({**ARGS, **outputs}, "fleet 'web'")
    with pytest.raises(InputError) as refused:
        checked_fleet({**ARGS, "min_size": 1, "group": {"minSize": 1, "maxsize": 2}}, "fleet 'web'")

    assert str(refused.value).split("\n") == [
        "fleet 'web': group.minSize and fleet 'web': min_size are both given; they are one setting: remove one of them",
        (
            "fleet 'web': group.maxsize is not a property that pulumi-aws has there; the nearest is fleet 'web': "
            "group.maxSize: rename it, or remove it"
        ),
    ]


def test_the_example_of_a_group_behind_a_load_balancer_is_a_good_config() -> None:
    """The one that docs/configuration.md shows."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    shown = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])["config"]["snapnames:fleet"]

    assert shown["group"]["targetGroupArns"]
    assert faults({**GOOD, "fleet": shown}) == []


def test_a_config_without_these_keys_loads_none_of_pulumi_awss_classes() -> None:
    """They take longer to import than all else that a check of the config does."""
    script = (
        "import sys\n"
        "from snapnames.config.fleet_properties import Paths, fleet_property_faults\n"
        "def loaded(fleet):\n"
        "    list(fleet_property_faults(fleet, Paths('', str)))\n"
        "    return 'pulumi_aws' in sys.modules\n"
        "print(loaded({'instance_type': 't3.micro'}), loaded({'group': {'context': 'a'}}))\n"
    )

    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert said.stdout.split() == ["False", "True"]


def test_each_property_of_a_group_is_left_alone_or_never_left() -> None:
    """A property that a newer pulumi-aws has must be put into one of the two."""
    assert {*properties(aws.autoscaling.GroupArgs)} == LEFT | NEVER_LEFT
    assert not LEFT & NEVER_LEFT
