"""Config that can't be right: all of its faults are shown at once, a line each, before anything is registered."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapnames import InputError
from snapnames.config.settings import Settings
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch, writes
from tests.config.readings import FLEET, GOOD, WRITE_SO, faults, read
from tests.program import Program

ALL_KEYS = (
    "instanceType, adopt, launch, minSize, maxSize, desiredCapacity, zones, subnets, securityGroups, "
    "keyName, instanceProfile, userData, healthCheck, healthCheckGracePeriod, tags, group, template, configuration, "
    "rolloutTimeout, waitForRollout, instanceRefresh"
)
SOURCE_RULE = (
    "it is an instance id, tags that pick a running instance, e.g. {'role': 'web'}, or 'fleet', for an instance of the "
    "stack's own group"
)
PATTERN_RULE = "a name pattern has the fields {image}, {index} or {index:03d}, {device}"


def without(key: str) -> dict[str, Any]:
    """The good config but for one key."""
    return {name: value for name, value in GOOD.items() if name != key}


def test_a_config_of_three_keys_gets_the_defaults() -> None:
    """Service, releases and source."""
    assert read(GOOD) == Settings(
        service="front-web",
        releases=("2", "1"),
        taken_in={},
        live="2",
        force=(),
        source="i-0123456789abcdef0",
        name_pattern="{image}({index:03d})",
        reboot=False,
        description="",
        image_tags={},
        snapshot_tags={},
        deprecate_after="",
        create_timeout="6h",
        fleet=None,
        owned_images=None,
    )


def test_a_force_that_names_nothing_still_forces_and_says_what_to_write(capfd: pytest.CaptureFixture[str]) -> None:
    """As it was written before; a check that there is not is a fault."""
    least = {"service": "web", "releases": ["1"], "source": "i-0123456789abcdef0"}

    taken = read({**least, "force": True})
    with pytest.raises(InputError, match=r"snapnames:force is \['all'\]; it lists the checks to switch off"):
        read({**least, "force": ["all"]})

    assert taken.force == ("in-use",)
    assert "snapnames:force is true, which does not say what it forces" in capfd.readouterr().err


def test_every_key_is_taken_over() -> None:
    """A fleet in subnets, and tags that pick the source."""
    fleet = {
        "launch": "template",
        "instanceType": "t3.small",
        "minSize": 0,
        "maxSize": 4,
        "desiredCapacity": 2,
        "subnets": ["subnet-1"],
        "securityGroups": ["sg-1"],
        "keyName": "ops",
        "instanceProfile": "web",
        "userData": "#!/bin/sh\n",
        "healthCheck": "ELB",
        "healthCheckGracePeriod": 0,
        "tags": {"Name": "front-web"},
        "instanceRefresh": {
            "minHealthyPercentage": 50,
            "maxHealthyPercentage": 150,
            "instanceWarmup": 60,
            "skipMatching": True,
            "checkpointPercentages": [20, 100],
            "checkpointDelay": 600,
            "scaleInProtectedInstances": "Refresh",
            "standbyInstances": "Terminate",
            "alarms": ["errors"],
            "autoRollback": False,
            "triggers": ["tag"],
        },
        "group": {"targetGroupArns": ["arn:aws:elasticloadbalancing:a"]},
        "template": {"metadataOptions": {"httpTokens": "required"}},
    }
    owned_images = {
        "names": ["front-*", "db-?"],
        "tags": {"team": "web"},
        "minimumAge": "24h30m",
        "exclude": ["*-scratch", "ami-0123456789abcdef0"],
        "overwrite": True,
        "removeNamesOnDestroy": True,
        "namesPerSecond": 2.5,
    }

    taken = read(
        {
            "service": "front web",
            "releases": ["20180308231207", "20180307231207"],
            "takenIn": {"20180307231207": "ami-0123456789abcdef0"},
            "live": "20180307231207",
            "force": ["in-use"],
            "source": {"Name": "front-web"},
            "namePattern": "{index} of {image}",
            "reboot": True,
            "description": "of the web",
            "imageTags": {"team": ""},
            "snapshotTags": {"cost": "web"},
            "deprecateAfter": "2160h",
            "createTimeout": "1h30m5s",
            "fleet": fleet,
            "ownedImages": owned_images,
            "aws:region": "ap-northeast-2",
        }
    )

    assert taken == Settings(
        service="front web",
        releases=("20180308231207", "20180307231207"),
        taken_in={"20180307231207": "ami-0123456789abcdef0"},
        live="20180307231207",
        force=("in-use",),
        source={"Name": "front-web"},
        name_pattern="{index} of {image}",
        reboot=True,
        description="of the web",
        image_tags={"team": ""},
        snapshot_tags={"cost": "web"},
        deprecate_after="2160h",
        create_timeout="1h30m5s",
        fleet={
            "launch": "template",
            "instance_type": "t3.small",
            "min_size": 0,
            "max_size": 4,
            "desired_capacity": 2,
            "subnets": ["subnet-1"],
            "security_groups": ["sg-1"],
            "key_name": "ops",
            "instance_profile": "web",
            "user_data": "#!/bin/sh\n",
            "health_check": "ELB",
            "health_check_grace_period": 0,
            "tags": {"Name": "front-web"},
            "instance_refresh": {
                "min_healthy_percentage": 50,
                "max_healthy_percentage": 150,
                "instance_warmup": 60,
                "skip_matching": True,
                "checkpoint_percentages": [20, 100],
                "checkpoint_delay": 600,
                "scale_in_protected_instances": "Refresh",
                "standby_instances": "Terminate",
                "alarms": ["errors"],
                "auto_rollback": False,
                "triggers": ["tag"],
            },
            "group": {"targetGroupArns": ["arn:aws:elasticloadbalancing:a"]},
            "template": {"metadataOptions": {"httpTokens": "required"}},
        },
        owned_images={
            "names": ["front-*", "db-?"],
            "tags": {"team": "web"},
            "exclude": ["*-scratch", "ami-0123456789abcdef0"],
            "overwrite": True,
            "remove_names_on_destroy": True,
            "minimum_age_seconds": 88200.0,
            "names_per_second": 2.5,
        },
        home="ap-northeast-2",
    )


@pytest.mark.parametrize(
    ("service", "releases", "line"),
    [
        ("w", ["1", "23"], None),
        ("x" * 124, ["123"], None),
        ("", ["1"], "snapnames:service is not set; image names begin with it: set it to the service's name"),
        (
            "x" * 125,
            ["123"],
            (
                f"image name '{'x' * 125}-123' has 129 characters; EC2 wants 3 to 128: set snapnames:service or "
                "snapnames:releases"
            ),
        ),
        (
            "wéb",
            ["1"],
            (
                "image name 'wéb-1' contains 'é'; EC2 takes letters, digits, ( ) [ ] space . / - ' @ _: set "
                "snapnames:service or snapnames:releases"
            ),
        ),
        (
            "web\x1b[31m\n",
            ["1"],
            (
                r"image name 'web\x1b[31m\n-1' contains '\x1b' '\n'; EC2 takes letters, digits, ( ) [ ] space . / - ' "
                "@ _: set snapnames:service or snapnames:releases"
            ),
        ),
    ],
)
def test_an_image_name_is_what_ec2_takes(service: str, releases: list[str], line: str | None) -> None:
    """3 to 128 of its characters; a name of at least 3 comes of any service and release."""
    assert faults({**GOOD, "service": service, "releases": releases}) == ([line] if line else [])


@pytest.mark.parametrize(
    ("releases", "line"),
    [
        (["1"], None),
        (
            [],
            "snapnames:releases is empty; it lists the releases to keep, newest first: add one, e.g. '20180307231207'",
        ),
        (["1", "2", "1"], "snapnames:releases lists '1' 2 times; a release has one image: list it once"),
        ([20180307231207], f"snapnames:releases is [20180307231207]; it wants a list of texts: {WRITE_SO}"),
        ("20180307231207", f"snapnames:releases is 20180307231207; it wants a list of texts: {WRITE_SO}"),
        ([""], f"snapnames:releases is ['']; it wants a list of texts: {WRITE_SO}"),
        ({"a": "b"}, f"snapnames:releases is {{'a': 'b'}}; it wants a list of texts: {WRITE_SO}"),
        ("1" * 5000, f"snapnames:releases is '{'1' * 5000}'; it wants a list of texts: {WRITE_SO}"),
    ],
)
def test_releases_are_texts_listed_once(releases: object, line: str | None) -> None:
    """A number is not taken for text: YAML has changed it already where it began with a zero."""
    assert faults({**GOOD, "releases": releases}) == ([line] if line else [])


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("service", "snapnames:service is not set; image names begin with it: set it to the service's name"),
        (
            "releases",
            "snapnames:releases is empty; it lists the releases to keep, newest first: add one, e.g. '20180307231207'",
        ),
        ("source", f"snapnames:source is not set; {SOURCE_RULE}: set it"),
    ],
)
def test_three_keys_have_no_default(key: str, line: str) -> None:
    """Each is missed in a line of its own."""
    assert faults(without(key)) == [line]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("i-01234567", None),
        ({"Name": "web", "env": "live"}, None),
        (
            "i-0123456789ABCDEF0",
            f"snapnames:source is 'i-0123456789ABCDEF0'; {SOURCE_RULE}: an id is i- and 8 or 17 hexadecimal digits",
        ),
        ("front-web", f"snapnames:source is 'front-web'; {SOURCE_RULE}: an id is i- and 8 or 17 hexadecimal digits"),
        (["i-01234567"], f"snapnames:source is ['i-01234567']; {SOURCE_RULE}: write one of the three"),
        ({}, f"snapnames:source is {{}}; {SOURCE_RULE}: write one of the three"),
        ({"build": 7}, f"snapnames:source is {{'build': 7}}; {SOURCE_RULE}: write one of the three"),
        (True, f"snapnames:source is True; {SOURCE_RULE}: write one of the three"),
    ],
)
def test_a_source_is_an_instance_id_or_tags(source: object, line: str | None) -> None:
    """Of both forms of an id."""
    assert faults({**GOOD, "source": source}) == ([line] if line else [])


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("{{{image}}} {index:3} of {device}", None),
        ("", "is empty; {rule} and printable text"),
        ("{release}", "has the unknown field 'release'; {rule}"),
        ("{}", "has the unknown field ''; {rule}"),
        ("{image.__class__}", "has the unknown field 'image.__class__'; {rule}"),
        ("{image[0]}", "has the unknown field 'image[0]'; {rule}"),
        ("{image", "can't be read (expected '}' before end of string); {rule}"),
        ("image}", "can't be read (Single '}' encountered in format string); {rule}"),
        ("{image!r}", "formats 'image' in a way that is not known; {rule}"),
        ("{image:>9}", "formats 'image' in a way that is not known; {rule}"),
        ("{index:99999999999d}", "formats 'index' in a way that is not known; {rule}"),
        ("{index:{device}}", "formats 'index' in a way that is not known; {rule}"),
        ("{index}\x1b[2J", r"contains '\x1b'; {rule} and printable text"),
    ],
)
def test_a_pattern_has_three_fields_and_printable_text(pattern: str, fault: str | None) -> None:
    """No way leads from it to an attribute, a conversion or a width of gigabytes."""
    said = faults({**GOOD, "namePattern": pattern})

    if fault is None:
        assert said == []
    else:
        rule = fault.replace("{rule}", PATTERN_RULE)
        assert said == [f"name pattern {pattern!r} {rule}: set snapnames:namePattern"]


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("reboot", False, None),
        ("reboot", "yes", "snapnames:reboot is 'yes'; it is true or false: set one of them"),
        ("reboot", 1, "snapnames:reboot is 1; it is true or false: set one of them"),
        ("createTimeout", "90m", None),
        ("createTimeout", 90, "snapnames:createTimeout is '90'; {duration}"),
        ("createTimeout", "0h", "snapnames:createTimeout is '0h'; {duration}"),
        ("createTimeout", "1d", "snapnames:createTimeout is '1d'; {duration}"),
        ("createTimeout", "9999999999999h", "snapnames:createTimeout is '9999999999999h'; {duration}"),
    ],
)
def test_a_switch_is_a_boolean_and_a_timeout_a_duration(key: str, value: object, line: str | None) -> None:
    """As Go reads durations; one that overflows there is refused here."""
    duration = "it is hours, minutes, seconds as in 6h or 1h30m, each at most 99999: write it so"

    assert faults({**GOOD, key: value}) == ([line.replace("{duration}", duration)] if line else [])


@pytest.mark.parametrize(
    ("tags", "line"),
    [
        ({"team": "web", "name": "other", "k" * 128: "v" * 256}, None),
        ({f"tag{number}": "" for number in range(47)}, None),
        ({"Name": "x"}, "tag 'Name' in snapnames:imageTags is set by snapnames: take it out"),
        ({"snapnames:stack": "x"}, "tag 'snapnames:stack' in snapnames:imageTags is set by snapnames: take it out"),
        (
            {"AWS:x": "x"},
            "tag 'AWS:x' in snapnames:imageTags begins with 'aws:', which AWS keeps for itself: rename it",
        ),
        (
            {"": "x"},
            "tag '' in snapnames:imageTags has a key of 0 characters; EC2 wants 1 to 128: rename it",
        ),
        (
            {"k" * 129: "x"},
            f"tag '{'k' * 129}' in snapnames:imageTags has a key of 129 characters; EC2 wants 1 to 128: rename it",
        ),
        (
            {"k": "v" * 257},
            "tag 'k' in snapnames:imageTags has a value of 257 characters; EC2 takes at most 256: shorten it",
        ),
        (
            {f"tag{number}": "" for number in range(48)},
            "snapnames:imageTags has 48 tags; EC2 takes 50 a resource and 3 are snapnames' own: leave at most 47",
        ),
        ({"build": 7}, f"snapnames:imageTags is {{'build': 7}}; it wants a map of texts: {WRITE_SO}"),
        (["team"], f"snapnames:imageTags is ['team']; it wants a map of texts: {WRITE_SO}"),
    ],
)
def test_image_tags_are_what_ec2_takes_and_snapnames_does_not_set(tags: object, line: str | None) -> None:
    """The limits of EC2, less the two tags that every image has."""
    assert faults({**GOOD, "imageTags": tags}) == ([line] if line else [])


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, None),
        ({"minSize": 0, "maxSize": 3, "desiredCapacity": 3, "healthCheck": "EC2"}, None),
        ({"zones": [], "subnets": ["subnet-1"]}, None),
        ({"userData": "x" * 16384, "healthCheckGracePeriod": 0}, None),
        ({"zones": []}, "has neither zones nor subnets; Auto Scaling takes one of the two: give one"),
        ({"subnets": ["subnet-1"]}, "has both zones and subnets; Auto Scaling takes one of the two: give one"),
        (
            {"minSize": 3, "maxSize": 2},
            "has the minimum size 3 and the maximum size 2; Auto Scaling wants 0 <= minimum <= maximum: set both",
        ),
        (
            {"minSize": -1},
            "has the minimum size -1 and the maximum size -1; Auto Scaling wants 0 <= minimum <= maximum: set both",
        ),
        (
            {"maxSize": 3, "desiredCapacity": 4},
            "has the desired capacity 4; it lies between the minimum size 1 and the maximum size 3: set it so",
        ),
        (
            {"healthCheckGracePeriod": -1},
            "has the health check grace period -1; it is 0 seconds or more: set it so",
        ),
        (
            {"userData": "é" * 8193},
            "has user data of 16386 bytes; EC2 takes 1 to 16384: let it fetch the rest",
        ),
    ],
)
def test_sizes_and_places_of_a_fleet_fit_together(changes: dict[str, Any], line: str | None) -> None:
    """What Auto Scaling would refuse only when the image is built."""
    said = faults({**GOOD, "fleet": {**FLEET, **changes}})

    assert said == ([f"snapnames:fleet {line}"] if line else [])


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"instanceType": 3}, f"instanceType is 3; it wants text: {WRITE_SO}"),
        ({"instanceType": ""}, f"instanceType is ''; it wants text: {WRITE_SO}"),
        ({"minSize": "1"}, f"minSize is '1'; it wants a whole number: {WRITE_SO}"),
        ({"maxSize": 1.5}, f"maxSize is 1.5; it wants a whole number: {WRITE_SO}"),
        ({"desiredCapacity": True}, f"desiredCapacity is True; it wants a whole number: {WRITE_SO}"),
        ({"zones": "ap-northeast-2a"}, f"zones is 'ap-northeast-2a'; it wants a list of texts: {WRITE_SO}"),
        ({"securityGroups": [1]}, f"securityGroups is [1]; it wants a list of texts: {WRITE_SO}"),
        ({"tags": {"build": 7}}, f"tags is {{'build': 7}}; it wants a map of texts: {WRITE_SO}"),
        ({"healthCheck": 5}, f"healthCheck is 5; it wants text: {WRITE_SO}"),
        ({"healthCheck": "elb"}, "healthCheck is 'elb'; it is EC2 or ELB: set one of them"),
    ],
)
def test_each_key_of_a_fleet_has_a_type(changes: dict[str, Any], line: str) -> None:
    """One line for one fault."""
    assert faults({**GOOD, "fleet": {**FLEET, **changes}}) == [f"snapnames:fleet.{line}"]


def test_a_fleet_has_an_instance_type() -> None:
    """Nothing launches without."""
    assert faults({**GOOD, "fleet": {"zones": ["ap-northeast-2a"]}}) == [
        "snapnames:fleet.instanceType is not set; a launch needs one: set it, e.g. t3.small"
    ]


@pytest.mark.parametrize(
    ("fleet", "line"),
    [
        (
            {**FLEET, "userData": {"script": "hunter2"}},
            f"snapnames:fleet.userData is a secret; it wants text: {WRITE_SO}",
        ),
        ({**FLEET, "userData": ["hunter2"]}, f"snapnames:fleet.userData is a secret; it wants text: {WRITE_SO}"),
        ('{"userData": "hunter2",}', f"snapnames:fleet is no map; it is a map with the keys {ALL_KEYS}: write one"),
        (["hunter2"], f"snapnames:fleet is no map; it is a map with the keys {ALL_KEYS}: write one"),
    ],
)
def test_user_data_is_not_shown_even_where_it_is_wrong(fleet: object, line: str) -> None:
    """Nor a fleet that is no map, since it may hold user data."""
    assert faults({**GOOD, "fleet": fleet}) == [line]


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("relases", "relases is not a key that snapnames knows; the nearest is snapnames:releases"),
        ("name_pattern", "name_pattern is not a key that snapnames knows; the nearest is snapnames:namePattern"),
        ("fleet\x1b\n", r"fleet\x1b\n is not a key that snapnames knows; the nearest is snapnames:fleet"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_one(key: str, line: str) -> None:
    """A misspelt key is not passed over."""
    assert faults({**GOOD, f"snapnames:{key}": "x"}) == [f"snapnames:{line}: rename it, or remove it"]


@pytest.mark.parametrize(
    ("key", "shown", "near"),
    [
        ("min_size", "min_size", "minSize"),
        ("securityGroup", "securityGroup", "securityGroups"),
        ("t\ng", r"t\ng", "tags"),
    ],
)
def test_an_unknown_key_of_a_fleet_is_told_with_the_nearest_one(key: str, shown: str, near: str) -> None:
    """And its value is not shown: it may be a misspelt userData."""
    assert faults({**GOOD, "fleet": {**FLEET, key: "hunter2"}}) == [
        (
            f"snapnames:fleet.{shown} is not a key that snapnames knows; the nearest is snapnames:fleet.{near}: "
            "rename it, or remove it"
        )
    ]


def test_all_faults_are_shown_together_a_line_each() -> None:
    """In the order of the checks, one of each part of the config."""
    config = {
        "servce": "front-web",
        "releases": ["1", "1"],
        "source": "web",
        "namePattern": "{release}",
        "reboot": "no",
        "imageTags": {"Name": "x"},
        "createTimeout": "soon",
        "fleet": {"minsize": 2, "zones": "a"},
    }

    assert [line.partition(" ")[0] + " " + line.split(" ")[1] for line in faults(config)] == [
        "snapnames:servce is",
        "snapnames:releases lists",
        "snapnames:service is",
        "snapnames:source is",
        "snapnames:reboot is",
        "snapnames:createTimeout is",
        "snapnames:fleet.minsize is",
        "snapnames:fleet.zones is",
        "snapnames:fleet.instanceType is",
        "name pattern",
        "tag 'Name'",
    ]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            key: st.text(max_size=40) | ANY_JSON
            for key in (
                "service",
                "releases",
                "source",
                "namePattern",
                "reboot",
                "imageTags",
                "createTimeout",
                "fleet",
                "snapnames:other",
            )
        },
    ),
    st.text(max_size=20),
)
def test_anything_is_read_or_refused_in_printable_lines(config: dict[str, Any], release: str) -> None:
    """No exception but `InputError`, and nothing in its message that a terminal would obey."""
    for anything in (config, {**GOOD, **config}, {**GOOD, "releases": [release]}):
        assert [line for line in faults(anything) if not line.isprintable()] == []


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=20), ANY_JSON, max_size=4), st.dictionaries(st.text(max_size=10), st.text()))
def test_any_fleet_and_tags_are_read_or_refused_in_printable_lines(fleet: dict[str, Any], tags: dict[str, str]) -> None:
    """Beside good keys and alone."""
    for anything in (fleet, {**FLEET, **fleet}):
        said = faults({**GOOD, "fleet": anything, "imageTags": tags})
        assert [line for line in said if not line.isprintable()] == []


def test_numbers_and_brackets_without_end_are_refused_as_text() -> None:
    """The JSON reader gives up on both in ways of its own."""
    assert faults({**GOOD, "source": "[" * 100_000})[0].startswith("snapnames:source is '[[[[")
    assert faults({**GOOD, "source": "1" * 5000})[0].startswith("snapnames:source is '1111")


def test_a_bad_config_ends_the_preview_before_anything_is_registered_or_asked(
    program: Callable[[Mapping[str, Any]], Program], aws: LocalAws
) -> None:
    """All faults and no traceback; nothing but the stack is to be created; no call to AWS."""
    bad = program({**GOOD, "releases": ["1", "1"], "reboot": "maybe", "fleet": {**FLEET, "maxSize": 0}})
    mark = aws.mark()

    refused = bad.preview(code=1)

    assert [line.rstrip() for line in refused.out.partition("Diagnostics:\n")[2].splitlines()] == [
        "  pulumi:pulumi:Stack (snapnames-test):",
        "    error: snapnames:releases lists '1' 2 times; a release has one image: list it once",
        "    snapnames:reboot is 'maybe'; it is true or false: set one of them",
        (
            "    snapnames:fleet has the minimum size 1 and the maximum size 0; Auto Scaling wants 0 <= minimum <= "
            "maximum: set both"
        ),
        "    error: an unhandled error occurred: program exited with non-zero exit code: 1",
        "",
        "Resources:",
        "    + 1 to create",
        "    1 errored",
        "",
    ]
    assert aws.calls(mark) == []


def test_the_config_beside_it_that_is_good_is_asked_about_and_registered(
    program: Callable[[Mapping[str, Any]], Program], aws: LocalAws
) -> None:
    """The same fleet with sizes that fit."""
    source = launch(aws.client("ec2"))
    good = program({**GOOD, "source": source, "releases": ["1"], "reboot": "true", "fleet": {**FLEET, "maxSize": 1}})
    mark = aws.mark()

    steps = good.steps()

    assert sorted(step["urn"].split("::", 2)[2].rpartition("$")[2] for step in steps) == [
        "aws:autoscaling/group:Group::front-web",
        "aws:autoscaling/tag:Tag::front-web:snapnames:stack",
        "aws:ec2/amiFromInstance:AmiFromInstance::front-web-1",
        "aws:ec2/launchConfiguration:LaunchConfiguration::front-web",
        "aws:ec2/tag:Tag::front-web-1:/dev/sda1",
        "aws:ec2/tag:Tag::front-web-1:/dev/sdf",
        "aws:ec2/tag:Tag::front-web-1:/dev/sdg",
        "pulumi:pulumi:Stack::snapnames-test",
        "snapnames:index:Fleet::front-web",
        "snapnames:index:ReleaseImage::front-web-1",
        "snapnames:index:SourceVolumes::front-web-1",
    ]
    assert {"ec2.DescribeImages", "ec2.DescribeInstances"} <= set(aws.calls(mark))
    assert writes(aws, mark) == []
