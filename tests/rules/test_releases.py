"""Which images are releases of a service, and which releases there may be."""

import pytest
from snapnames.errors import InputError
from snapnames.rules.releases import check_release, check_service, image_name, release_of

TAKEN = "EC2 takes letters, digits, ( ) [ ] space . / - ' @ _"


@pytest.mark.parametrize(
    ("service", "name", "release"),
    [
        ("web", "web-1", "1"),
        ("web", "web-web-1", "web-1"),
        ("web", "web-", None),
        ("web", "web", None),
        ("web", "db-1", None),
        ("web", "my-web-1", None),
        ("", "-1", None),
    ],
)
def test_a_release_is_what_stands_behind_the_service_and_a_dash(service: str, name: str, release: str | None) -> None:
    """Without a service there is none."""
    assert release_of(service, name) == release


@pytest.mark.parametrize("name", ["web", "web-1"])
def test_an_image_is_called_as_its_service_or_as_a_release_of_it(name: str) -> None:
    """Both are known by their names."""
    check_service("web", name)


def test_an_image_of_another_name_is_told_by_what_the_images_of_a_service_are_known() -> None:
    """And which inputs to set."""
    with pytest.raises(InputError) as refused:
        check_service("web", "webs-1")

    assert str(refused.value) == (
        "image name 'webs-1' does not begin with 'web' and a '-'; by that the image of a service is known: set "
        "image_name or service"
    )


def test_the_longest_release_is_one_whose_image_name_ec2_takes() -> None:
    """128 characters with the service."""
    longest = "1" * 124

    check_release(longest, "web")

    with pytest.raises(InputError) as refused:
        check_release(f"{longest}1", "web")
    assert str(refused.value) == (
        f"image name '{image_name('web', longest)}1' has 129 characters; EC2 takes at most 128: give a shorter "
        "--release"
    )


@pytest.mark.parametrize("release", ["", "a:b", "1\n"])
def test_a_release_that_is_no_part_of_an_image_name_is_told_what_is(release: str) -> None:
    """Nothing is no release either."""
    with pytest.raises(InputError) as refused:
        check_release(release, "web")

    assert str(refused.value) == (
        f"release {release!r} is no part of an image name; {TAKEN}: give --release such a text"
    )
