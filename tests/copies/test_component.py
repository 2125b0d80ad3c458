"""What `ImageCopy` refuses before it registers anything, and the provider of another region."""

import ast
import inspect
import json
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest
from snapnames import ImageCopy, InputError, image_copy, release_image
from snapnames.image_copy import _still_to_come
from snapnames.resources.region_providers import provider_inputs

GOOD: dict[str, Any] = {
    "image_name": "front-web-1",
    "source_image_id": "ami-0123456789abcdef0",
    "source_region": "ap-northeast-2",
    "devices": ["/dev/sda1"],
}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"image_name": "x"}, "image name 'x' has 1 character"),
        ({"name_pattern": "{image} {number}"}, "name pattern '{image} {number}' has the unknown field 'number'"),
        ({"image_tags": {"Name": "x"}}, "tag 'Name' in image_tags is set by snapnames"),
        ({"snapshot_tags": {"aws:x": "y"}}, "tag 'aws:x' in snapshot_tags begins with 'aws:'"),
        ({"service": "back"}, "back"),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_registered(changes: dict[str, Any], fault: str) -> None:
    """By the rules that hold for a release."""
    arguments: Any = {**GOOD, **changes}

    with pytest.raises(InputError) as refused:
        ImageCopy("front-web-1:us-west-2", arguments)

    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("time", "asked"),
    [("2999-12-31T23:59:00.000Z", True), ("2018-03-07T23:59:00.000Z", False), ("", False), (None, False)],
)
def test_a_time_that_is_over_is_not_asked_of_ec2(time: str | None, *, asked: bool) -> None:
    """EC2 refuses to deprecate an image in the past."""
    assert _still_to_come(time) == (time if asked else None)


@pytest.mark.parametrize("time", ["tomorrow", "2999-12-31T23:59:00"])
def test_a_time_that_is_none_or_has_no_offset_is_refused(time: str) -> None:
    """The provider would refuse it too, in the middle of the update."""
    with pytest.raises(InputError, match=f"^deprecation_time is '{time}'; it is a time as RFC 3339 writes it"):
        _still_to_come(time)


def test_the_provider_of_a_region_gets_all_that_the_default_one_gets_but_for_the_region() -> None:
    """Its keys and roles are checked in the home region, unless the config names another region for that."""
    roles = json.dumps([{"roleArn": "arn:aws:iam::111122223333:role/deploy"}])
    config = {"aws:region": "eu-west-1", "aws:assumeRoles": roles, "snapnames:service": "web"}

    made = provider_inputs(config, "us-west-2", "eu-west-1")
    elsewhere = provider_inputs({**config, "aws:stsRegion": "us-east-1"}, "us-west-2", "eu-west-1")

    assert made == {"region": "us-west-2", "stsRegion": "eu-west-1", "assumeRoles": roles}
    assert elsewhere == {**made, "stsRegion": "us-east-1"}


def test_what_an_image_and_its_copy_have_in_common_is_said_in_the_same_words() -> None:
    """The schema takes the words of an input from the class itself, so they stand twice."""
    image, copy = (
        _words(module, name) for module, name in ((release_image, "ReleaseImage"), (image_copy, "ImageCopy"))
    )

    same = ("service", "name_pattern", "snapshot_tags")
    assert {name: image[name] for name in same} == {name: copy[name] for name in same}
    alike = ("image_tags", "create_timeout")
    assert {name: image[name].replace("AMI", "image") for name in alike} == {
        name: copy[name].replace("the copy", "the image") for name in alike
    }


def _words(module: ModuleType, component: str) -> dict[str, str]:
    """Input to the words under it."""
    tree = ast.parse(inspect.getsource(module))
    [args] = (one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == f"{component}Args")
    return {
        given.target.id: ast.literal_eval(words.value)
        for given, words in pairwise(args.body)
        if isinstance(given, ast.AnnAssign) and isinstance(given.target, ast.Name) and isinstance(words, ast.Expr)
    }
