"""`snapnames adopt`: which images of an account become releases of which service, and the config that says so."""

from datetime import UTC, datetime, timedelta

import pytest
from snapnames.cli.commands.adopt import Adoption, Wanted, service_of
from snapnames.cli.errors import UsageError
from snapnames.rules.images import Image
from snapnames.rules.taken_in import chosen

MADE = datetime(2018, 3, 7, tzinfo=UTC)


def image(name: str, day: int = 0) -> Image:
    """An image of that name, made so many days after the first."""
    made = MADE + timedelta(days=day)
    return Image(f"ami-{day:08x}", name, made, snapshots={"/dev/sda1": f"snap-{day}"}, source_instance_id="i-1")


OLD = [image(f"front-web-2018030{day}120000", day) for day in range(1, 7)]
WANTED = Wanted("web-prod", "eu-west-1", "production", None, (), 3)


def adoption(launched: str, keep: int = 3) -> Adoption:
    """The stack of front-web, whose group launches the image of that id."""
    return Adoption(WANTED, chosen(OLD, "front-web", keep, "", launched), launched)


def test_the_image_that_the_group_launches_tells_the_service() -> None:
    """Whatever other services the account has images of."""
    images = [*OLD, image("db-20180301", 20), image("db-20180302", 21)]

    assert service_of(images, None, OLD[0]) == "front-web"
    assert service_of(images, "db", OLD[0]) == "db"


def test_one_service_in_the_account_needs_no_answer_when_the_group_launches_an_image_of_others() -> None:
    """As a group does that nobody has deployed to yet."""
    assert service_of(OLD, None, None) == "front-web"


@pytest.mark.parametrize(
    ("images", "given", "launched", "words"),
    [
        ([*OLD, image("db-1")], None, None, "the account has images of front-web (6), db (1): give --service"),
        ([image("backup")], None, None, "no image of the account has a name like SERVICE-20180307231207: give"),
        ([*OLD, image("golden")], None, image("golden"), "the group launches is called 'golden', and the account has"),
        (OLD, "shop", None, "no image of the account is called shop-RELEASE; the account has images of front-web (6)"),
        (OLD, "front", None, "no image of the account is called front-RELEASE"),
    ],
)
def test_names_that_do_not_decide_are_refused_with_the_option_that_does(
    images: list[Image], given: str | None, launched: Image | None, words: str
) -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError) as refused:
        service_of(images, given, launched)

    assert words in str(refused.value)


def test_the_config_names_each_release_and_the_id_of_its_image() -> None:
    """The newest is live, since the group launches it: no key says so."""
    assert adoption(OLD[-1].image_id).config() == {
        "aws:region": "eu-west-1",
        "snapnames:service": "front-web",
        "snapnames:source": {"aws:autoscaling:groupName": "web-prod"},
        "snapnames:releases": ["20180306120000", "20180305120000", "20180304120000"],
        "snapnames:takenIn": {
            "20180306120000": "ami-00000006",
            "20180305120000": "ami-00000005",
            "20180304120000": "ami-00000004",
        },
        "snapnames:fleet": {"adopt": "web-prod", "instanceRefresh": {}},
    }


def test_an_older_image_that_the_group_launches_is_live_and_counts_among_those_to_keep() -> None:
    """Otherwise the first update would move the group to the newest image."""
    found = adoption(OLD[0].image_id)

    assert found.config()["snapnames:releases"] == ["20180306120000", "20180305120000", "20180301120000"]
    assert found.config()["snapnames:live"] == "20180301120000"


def test_what_is_taken_in_and_what_is_left_alone_is_said() -> None:
    """Each release with its image, the live one with what it is."""
    assert adoption(OLD[-1].image_id, keep=2).notes() == [
        "service front-web: 2 of its images are taken in as releases",
        "  20180306120000: front-web-20180306120000 (ami-00000006), what the group launches",
        "  20180305120000: front-web-20180305120000 (ami-00000005)",
        "left alone: 4 older images of front-web; --keep takes in more",
    ]


def test_a_group_that_launches_an_image_of_others_is_told_before_an_update_moves_it() -> None:
    """The image is of another account, or of another service."""
    assert adoption("ami-ffffffff").notes()[-1] == (
        "warning: the group web-prod launches ami-ffffffff, which is none of these releases, and an update moves it to "
        "front-web-20180306120000: look at the preview before you deploy"
    )


def test_an_account_without_images_of_the_service_begins_with_the_first_deployment() -> None:
    """The list is empty, as `init` writes it."""
    config = Adoption(WANTED, chosen([], "shop", 5, ""), "").config()

    assert (config["snapnames:releases"], "snapnames:takenIn" in config) == ([], False)
