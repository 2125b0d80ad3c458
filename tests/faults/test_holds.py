"""Calls that are stopped at a chosen point, and what their clients, EC2 and other calls see meanwhile."""

import http.client
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ConnectionClosedError
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws, client

from tests.faults import Answer, Call, Drop, FaultProxy, Hold, is_read, is_write

Name = Callable[[str], None]
Names = Callable[[], list[str]]

WAIT = 60.0
"""Seconds within which a thread's call ends on a machine however slow."""

SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=KEY/20180307/ap-northeast-2/ec2/aws4_request, SignedHeaders=host",
    "Content-Type": "application/x-www-form-urlencoded",
}
"""The headers of a call of EC2, as far as the local AWS reads them."""


@pytest.mark.parametrize(("fate", "left"), [(Hold(), []), (Hold(after=True), ["front-1(001)"])])
def test_a_call_is_held_before_or_after_ec2_acted_until_it_is_released(
    proxy: FaultProxy, through: EC2Client, name: Name, names: Names, fate: Hold, left: list[str]
) -> None:
    """Others pass meanwhile."""
    proxy.schedule.at("ec2.CreateTags", 1, fate)
    with ThreadPoolExecutor(1) as threads:
        naming = threads.submit(name, "front-1(001)")

        [held] = proxy.held()
        while_held = names()
        through.describe_images(Owners=["self"])
        meanwhile = proxy.calls()
        proxy.release()
        naming.result(WAIT)

    assert (held.name, held.parameters["Tag.1.Value"]) == ("ec2.CreateTags", "front-1(001)")
    assert (while_held, names()) == (left, ["front-1(001)"])
    assert meanwhile == [Call("ec2.CreateTags", Answer.OPEN), Call("ec2.DescribeImages", Answer.PASSED)]
    assert proxy.calls() == [Call("ec2.CreateTags", Answer.PASSED), Call("ec2.DescribeImages", Answer.PASSED)]


@pytest.mark.parametrize(
    ("fate", "answer", "left"), [(Hold(), Answer.ABANDONED, []), (Hold(after=True), Answer.PASSED, ["front-1"])]
)
def test_ec2_does_not_see_a_held_call_whose_client_is_gone(
    proxy: FaultProxy, names: Names, volume: str, fate: Hold, answer: Answer, left: list[str]
) -> None:
    """So that a client can be killed just before EC2 acts; held after, EC2 has acted."""
    proxy.schedule.at("ec2.CreateTags", 1, fate)
    body = urlencode({"Action": "CreateTags", "ResourceId.1": volume, "Tag.1.Key": "Name", "Tag.1.Value": "front-1"})

    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port)) as connection:
        connection.request("POST", "/", body, SIGNED)
        proxy.held()
    proxy.release()
    proxy.settle()

    assert proxy.calls() == [Call("ec2.CreateTags", answer)]
    assert names() == left


def test_every_write_from_the_nth_on_can_be_held(
    proxy: FaultProxy, through: EC2Client, name: Name, names: Names
) -> None:
    """As if EC2 had stopped, while reads pass; a schedule that is cleared holds no more."""
    proxy.schedule.at(is_write, 2, Hold(), times=None)
    name("front-1(001)")
    with ThreadPoolExecutor(2) as threads:
        namings = [threads.submit(name, "front-1(002)") for _ in range(2)]

        held = proxy.held(2)
        through.describe_tags()
        proxy.schedule.clear()
        name("front-1(003)")
        before_release = names()
        proxy.release()
        for naming in namings:
            naming.result(WAIT)

    assert held == [Call("ec2.CreateTags")] * 2
    assert (before_release, names()) == (["front-1(003)"], ["front-1(002)"])


def test_waiting_for_a_hold_ends_and_nothing_is_released_unheld(proxy: FaultProxy, name: Name) -> None:
    """A test whose call never comes does not hang, nor pass."""
    name("front-1(001)")

    with pytest.raises(TimeoutError, match=r"^0 calls are held after 0 s, not 1$"):
        proxy.held(timeout=0)
    with pytest.raises(LookupError, match="no call is held"):
        proxy.release()


def test_waiting_for_open_calls_ends(proxy: FaultProxy, through: EC2Client) -> None:
    """With how many there are."""
    proxy.schedule.at(is_read, 1, Hold())
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(through.describe_tags)
        proxy.held()

        with pytest.raises(TimeoutError, match="1 calls are still open after 0 s"):
            proxy.settle(timeout=0)
        proxy.release()
        reading.result(WAIT)
    proxy.settle(timeout=0)


def test_the_fates_of_a_call_come_one_after_another(proxy: FaultProxy, name: Name, names: Names) -> None:
    """Held, then let go and lost."""
    proxy.schedule.at("ec2.CreateTags", 1, Hold(), Drop(after=True))
    with ThreadPoolExecutor(1) as threads:
        naming = threads.submit(name, "front-1(001)")
        proxy.held()
        while_held = names()
        proxy.release()
        lost = naming.exception(WAIT)

    assert isinstance(lost, ConnectionClosedError)
    assert (while_held, names()) == ([], ["front-1(001)"])
    assert proxy.calls() == [Call("ec2.CreateTags", Answer.DROPPED_AFTER)]


def test_the_proxy_ends_while_calls_are_held(aws: LocalAws, volume: str) -> None:
    """Their clients read the end of the connection, and EC2 never sees them."""
    mark = aws.mark()
    with ThreadPoolExecutor(2) as threads:
        with FaultProxy(aws.url) as proxy:
            proxy.schedule.at(is_write, 1, Hold(), times=2)
            ec2 = client(proxy.url, "ec2")
            deleting = [threads.submit(ec2.delete_volume, VolumeId=volume) for _ in range(2)]
            proxy.held(2)
        lost = [one.exception(WAIT) for one in deleting]

    assert [type(error) for error in lost] == [ConnectionClosedError] * 2
    assert aws.calls(mark) == []
