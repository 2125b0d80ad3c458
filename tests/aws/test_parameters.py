"""Parameters of Systems Manager as they are told to people."""

from snapnames.aws.parameters import read_parameter
from snapnames.aws.session import StackSession
from snapnames.testing.localaws.server import LocalAws


def test_a_parameter_is_told_with_its_value_and_an_encrypted_one_without(aws: LocalAws, session: StackSession) -> None:
    """What Systems Manager gives of a SecureString is of no use to anybody."""
    ssm = aws.client("ssm")
    ssm.put_parameter(Name="/front/ami", Type="String", Value="ami-1")
    ssm.put_parameter(Name="/front/secret", Type="SecureString", Value="hush")

    told = [found.shown for name in ("/front/ami", "/front/secret") if (found := read_parameter(session.ssm(), name))]

    assert told == ["the value 'ami-1'", "an encrypted value"]
