"""Each thing that can happen to a call: what its client is told, and whether AWS acted."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ConnectionClosedError
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws, client

from tests.faults import Answer, Call, Delay, Drop, Fail, FaultProxy, Run, is_read, is_write
from tests.faults.refusals import refusal

Name = Callable[[str], None]
Names = Callable[[], list[str]]

WAIT = 60.0
"""Seconds within which a thread's call ends on a machine however slow."""


@pytest.mark.parametrize(
    ("fate", "told", "answer", "left"),
    [
        (Fail(), (503, "Unavailable"), Answer.FAILED_BEFORE, []),
        (Fail(after=True), (503, "Unavailable"), Answer.FAILED_AFTER, ["front-1(001)"]),
        (Fail(code="InternalError", status=500), (500, "InternalError"), Answer.FAILED_BEFORE, []),
    ],
)
def test_a_call_fails_before_or_after_ec2_acted(
    proxy: FaultProxy, name: Name, names: Names, fate: Fail, told: tuple[int, str], answer: Answer, left: list[str]
) -> None:
    """Only the one that is meant; the next passes."""
    proxy.schedule.at("ec2.CreateTags", 1, fate)

    first = refusal(lambda: name("front-1(001)"))
    after_first = names()
    name("front-1(002)")

    assert (first, after_first, names()) == (told, left, ["front-1(002)"])
    assert proxy.calls() == [Call("ec2.CreateTags", answer), Call("ec2.CreateTags", Answer.PASSED)]


@pytest.mark.parametrize("service", ["autoscaling", "sts", "ssm"])
def test_other_services_fail_in_their_own_protocol(proxy: FaultProxy, service: str) -> None:
    """A client reads an error's code only where its protocol has it."""
    calls = {
        "autoscaling": "describe_auto_scaling_groups",
        "sts": "get_caller_identity",
        "ssm": "describe_parameters",
    }
    proxy.schedule.at(is_read, 1, Fail(code="ServiceUnavailable"))

    told = refusal(getattr(client(proxy.url, service), calls[service]))

    assert told == (503, "ServiceUnavailable")


@pytest.mark.parametrize(
    ("fate", "answer", "left"),
    [
        (Drop(), Answer.DROPPED_BEFORE, []),
        (Drop(after=True), Answer.DROPPED_AFTER, ["front-1(001)"]),
    ],
)
def test_a_connection_is_dropped_before_or_after_ec2_acted(
    proxy: FaultProxy, name: Name, names: Names, fate: Drop, answer: Answer, left: list[str]
) -> None:
    """The client reads a reset; its next call passes on a new connection."""
    proxy.schedule.at("ec2.CreateTags", 1, fate)

    with pytest.raises(ConnectionClosedError):
        name("front-1(001)")
    after_first = names()
    name("front-1(002)")

    assert (after_first, names()) == (left, ["front-1(002)"])
    assert proxy.calls() == [Call("ec2.CreateTags", answer), Call("ec2.CreateTags", Answer.PASSED)]


@pytest.mark.parametrize(("delay", "left"), [(Delay(seconds=3600), []), (Delay(seconds=3600, after=True), ["slow"])])
def test_a_delayed_call_is_open_while_others_pass(
    aws: LocalAws, names: Names, volume: str, delay: Delay, left: list[str]
) -> None:
    """Before or after EC2 acted."""
    arrived = threading.Event()
    slow, fast = ({"Resources": [volume], "Tags": [{"Key": "Name", "Value": value}]} for value in ("slow", "fast"))
    with ThreadPoolExecutor(1) as threads, FaultProxy(aws.url) as proxy:
        ec2 = client(proxy.url, "ec2")
        proxy.schedule.at("ec2.CreateTags", 1, Run(lambda _: arrived.set(), after=delay.after), delay)

        threads.submit(ec2.create_tags, **slow)
        assert arrived.wait(WAIT)
        while_delayed = names()
        ec2.create_tags(**fast)
        calls = proxy.calls()

    assert (while_delayed, names()) == (left, ["fast"])
    assert calls == [Call("ec2.CreateTags", Answer.OPEN), Call("ec2.CreateTags", Answer.PASSED)]


def test_a_delayed_call_passes_at_its_end(proxy: FaultProxy, name: Name, names: Names) -> None:
    """It is late, not lost."""
    proxy.schedule.at("ec2.CreateTags", 1, Delay(seconds=0.01), Delay(seconds=0.01, after=True))

    name("front-1(001)")

    assert names() == ["front-1(001)"]
    assert proxy.calls() == [Call("ec2.CreateTags", Answer.PASSED)]


def test_a_function_runs_just_before_the_nth_call_goes_on(
    aws: LocalAws, proxy: FaultProxy, through: EC2Client, name: Name, volume: str
) -> None:
    """Here the volume vanishes between two of its tags; the function may use the proxy itself."""
    seen: list[Call] = []

    def vanish(call: Call) -> None:
        seen.append(call)
        through.delete_volume(VolumeId=volume)

    proxy.schedule.at("ec2.CreateTags", 2, Run(vanish))
    mark = aws.mark()

    name("front-1(001)")
    told = refusal(lambda: name("front-1(002)"))

    assert told == (400, "InvalidVolume.NotFound")
    assert [call.parameters["Tag.1.Value"] for call in seen] == ["front-1(002)"]
    assert aws.calls(mark) == ["ec2.CreateTags", "ec2.DeleteVolume", "ec2.CreateTags"]
    assert [call.name for call in proxy.calls()] == ["ec2.CreateTags", "ec2.CreateTags", "ec2.DeleteVolume"]


def no_snapshot(call: Call) -> None:
    """Fail as a test's own function may."""
    raise KeyError(f"no snapshot for {call.name}")


def delete_in_a_broken_test(aws: LocalAws, volume: str, expected: type[Exception]) -> None:
    """Delete the volume through a proxy at which a function raises; a client's error is let out unless expected."""
    with FaultProxy(aws.url) as proxy:
        proxy.schedule.at(is_write, 1, Run(no_snapshot))
        with contextlib.suppress(expected):
            client(proxy.url, "ec2").delete_volume(VolumeId=volume)


def test_what_a_function_raises_comes_out_where_the_proxy_is_left(aws: LocalAws, volume: str) -> None:
    """Its call is dropped before EC2 acted."""
    mark = aws.mark()

    with pytest.raises(KeyError, match="no snapshot"):
        delete_in_a_broken_test(aws, volume, ConnectionClosedError)

    assert aws.calls(mark) == []


def test_a_block_that_fails_keeps_its_own_error(aws: LocalAws, volume: str) -> None:
    """Whatever a function raised in it."""
    with pytest.raises(ConnectionClosedError):
        delete_in_a_broken_test(aws, volume, ZeroDivisionError)
