"""The proxy when nothing is to go wrong: calls pass unharmed, in any number, and are counted."""

import http.client
import json
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.control import Control
from snapnames.testing.localaws.server import LocalAws, client

from tests.faults import Answer, Call, Drop, FaultProxy
from tests.faults.refusals import refusal


def passed(*names: str) -> list[Call]:
    """Calls that got AWS's own answer."""
    return [Call(name, Answer.PASSED) for name in names]


def answered(response: Any) -> dict[str, Any]:  # noqa: ANN401 - of any call
    """An answer without what differs in each."""
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def test_calls_pass_and_are_counted_in_order_under_the_name_of_their_service(
    aws: LocalAws, proxy: FaultProxy, through: EC2Client, name: Callable[[str], None]
) -> None:
    """As the local AWS counts them."""
    through.describe_tags()
    mark, there = proxy.mark(), aws.mark()

    name("front-1(001)")
    client(proxy.url, "autoscaling").describe_auto_scaling_groups()
    client(proxy.url, "sts").get_caller_identity()
    through.describe_images(Owners=["self"])

    assert proxy.calls(mark) == passed(
        "ec2.CreateTags", "autoscaling.DescribeAutoScalingGroups", "sts.GetCallerIdentity", "ec2.DescribeImages"
    )
    assert [call.name for call in proxy.calls(mark)] == aws.calls(there)
    assert proxy.calls()[:mark] == passed("ec2.DescribeTags")
    assert proxy.writes() == passed("ec2.CreateTags")
    assert proxy.reads(mark) == passed(
        "autoscaling.DescribeAutoScalingGroups", "sts.GetCallerIdentity", "ec2.DescribeImages"
    )


def test_a_call_in_json_passes_and_is_counted_with_the_texts_of_its_parameters(
    aws: LocalAws, proxy: FaultProxy
) -> None:
    """As of Systems Manager."""
    mark = aws.mark()

    client(proxy.url, "ssm", "us-west-2").put_parameter(Name="/front", Value="1", Type="String", Overwrite=True)

    (call,) = proxy.calls()
    assert (call, call.region) == (Call("ssm.PutParameter", Answer.PASSED), "us-west-2")
    assert call.parameters == {"Name": "/front", "Value": "1", "Type": "String"}
    assert [call.name] == aws.calls(mark)
    assert aws.client("ssm", "us-west-2").get_parameter(Name="/front")["Parameter"]["Value"] == "1"


def test_a_call_has_the_parameters_and_the_region_that_its_client_sent(
    proxy: FaultProxy, name: Callable[[str], None], volume: str
) -> None:
    """As they are on the wire."""
    name("a b&c=\u20ac")

    call = proxy.calls()[0]

    assert (call.service, call.action, call.region) == ("ec2", "CreateTags", "ap-northeast-2")
    assert call.parameters == {
        "Action": "CreateTags",
        "Version": "2016-11-15",
        "ResourceId.1": volume,
        "Tag.1.Key": "Name",
        "Tag.1.Value": "a b&c=\u20ac",
    }


def test_a_long_answer_and_every_character_come_through(
    ec2: EC2Client, through: EC2Client, name: Callable[[str], None]
) -> None:
    """The public images are 300 KB of XML."""
    name("<a>&\"'\u20ac \u65e5\u672c(001)")

    assert answered(through.describe_images()) == answered(ec2.describe_images())
    assert answered(through.describe_tags()) == answered(ec2.describe_tags())
    assert ec2.describe_tags()["Tags"][0]["Value"] == "<a>&\"'\u20ac \u65e5\u672c(001)"


def test_a_refusal_of_aws_itself_passes(proxy: FaultProxy, through: EC2Client) -> None:
    """It is an answer like any other."""
    told = refusal(lambda: through.delete_snapshot(SnapshotId="snap-12345678"))

    assert told == (400, "InvalidSnapshot.NotFound")
    assert proxy.calls() == passed("ec2.DeleteSnapshot")


def test_calls_that_come_together_are_all_answered_and_counted(
    aws: LocalAws, proxy: FaultProxy, through: EC2Client, volume: str
) -> None:
    """On 64 connections."""
    mark = aws.mark()

    def tag(number: int) -> None:
        through.create_tags(Resources=[volume], Tags=[{"Key": f"k{number % 50}", "Value": "x"}])

    with ThreadPoolExecutor(64) as threads:
        list(threads.map(tag, range(400)))

    assert Counter(proxy.calls()) == {Call("ec2.CreateTags", Answer.PASSED): 400}
    assert Counter(aws.calls(mark)) == {"ec2.CreateTags": 400}
    assert len(through.describe_tags()["Tags"]) == 50


def test_a_connection_serves_many_requests(proxy: FaultProxy) -> None:
    """Although the local AWS closes each of its own after one."""
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port)) as connection:
        connection.connect()
        first = connection.sock

        bodies = [raw_identity(connection) for _ in range(3)]

        assert bodies == [bodies[0]] * 3
        assert connection.sock is first


def raw_identity(connection: http.client.HTTPConnection) -> bytes:
    """Ask who answers, on this connection."""
    connection.request("GET", "/localaws/")
    return connection.getresponse().read()


@pytest.mark.parametrize(
    "request_bytes", [b"GET /localaws/ HTTP/1.0\r\n\r\n", b"GET /localaws/ HTTP/1.1\r\nConnection: close\r\n\r\n"]
)
def test_a_client_that_wants_its_connection_closed_gets_that(proxy: FaultProxy, request_bytes: bytes) -> None:
    """After its answer, or its read to the end would never return."""
    with closing(socket.create_connection(("127.0.0.1", proxy.port))) as connection:
        connection.sendall(request_bytes)
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert json.loads(body)["service"] == "localaws"


def test_control_requests_pass_and_are_no_calls(aws: LocalAws, proxy: FaultProxy) -> None:
    """So that whatever has the proxy for the local AWS can control it, whatever happens to calls."""
    proxy.schedule.at(lambda _: True, 1, Drop(), times=None)
    control = Control(proxy.port)

    identity, settings = control.identity(), control.settings(pending_seconds=5)

    assert identity == aws.identity()
    assert settings == aws.settings()
    assert settings["pending_seconds"] == 5
    assert proxy.calls() == []


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"hello\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        b"POST / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    ],
)
def test_a_request_that_is_not_read_is_refused_and_others_are_served(
    proxy: FaultProxy, through: EC2Client, request_bytes: bytes
) -> None:
    """With a 400 and the end of the connection."""
    with closing(socket.create_connection(("127.0.0.1", proxy.port))) as connection:
        connection.sendall(request_bytes)
        answer = connection.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    through.describe_tags()
    assert proxy.calls() == passed("ec2.DescribeTags")


def test_a_request_that_ends_early_is_no_call(proxy: FaultProxy, through: EC2Client) -> None:
    """Its client was cut off."""
    with closing(socket.create_connection(("127.0.0.1", proxy.port))) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nAction=CreateTags")

    through.describe_tags()
    assert proxy.calls() == passed("ec2.DescribeTags")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"])
def test_an_aws_that_does_not_answer_is_told_from_a_fault(answer: bytes) -> None:
    """The client gets a 502, and the call says so."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as threads:

        def serve() -> None:
            with server.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(answer)

        threads.submit(serve)
        with FaultProxy(f"http://127.0.0.1:{server.getsockname()[1]}") as proxy:
            status = raw_call(proxy.port)

    assert status == 502
    assert proxy.calls() == [Call("unsigned.DescribeTags", Answer.UNREACHABLE)]


def raw_call(port: int) -> int:
    """The status of a call without a signature."""
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", "/?Action=DescribeTags")
        return connection.getresponse().status


@pytest.mark.parametrize("target", ["http://192.0.2.1:80", "https://ec2.amazonaws.com", "http://127.0.0.1"])
def test_a_target_that_is_not_the_local_aws_is_refused(target: str) -> None:
    """Nothing leaves the machine."""
    with pytest.raises(ValueError, match=r"is not the local AWS, http://127\.0\.0\.1:PORT"):
        FaultProxy(target)
