"""What is read out of a URN."""

from snapnames.rules.resource_types import logical_name


def test_the_name_of_a_resource_may_have_two_colons_in_it() -> None:
    """Everything behind the third pair is the name."""
    assert logical_name("urn:pulumi:prod::web::aws:ec2/tag:Tag::a::b::c") == "a::b::c"
