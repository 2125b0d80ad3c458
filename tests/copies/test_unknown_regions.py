"""A region in the list of copies that there is not."""

import re

import pytest
from snapnames.aws.session import StackSession
from snapnames.errors import InputError
from snapnames.program.copies import Copies
from snapnames.rules.copies import RegionImages

from tests.config.readings import GOOD, read


@pytest.mark.parametrize(("region", "fault"), [("us-west-2", "it is closed"), ("us-wset-2", "")])
def test_a_region_that_is_known_or_answers_is_not_refused(session: StackSession, region: str, fault: str) -> None:
    """One that is known may be in trouble. One that answers is newer than boto3."""
    _copies(session, region, fault).refuse_unknown(session)


def test_a_region_that_is_not_known_and_does_not_answer_is_refused_with_the_nearest(session: StackSession) -> None:
    """Before anything is registered: it would fail each update."""
    words = "snapnames:copies lists 'us-wset-2'; AWS does not answer there, and boto3 knows no region of this name; "

    with pytest.raises(InputError, match=re.escape(f"{words}the nearest is 'us-west-2': correct it")):
        _copies(session, "us-wset-2", "AuthFailure").refuse_unknown(session)


def _copies(session: StackSession, region: str, fault: str) -> Copies:
    settings = read({**GOOD, "copies": {region: {}}})
    return Copies(settings, session.region, (), {region: RegionImages(fault=fault)})
