"""What is seen while an image is made."""

import re

from snapnames.testing.localaws.server import LocalAws

from .service import Service

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def test_a_terminal_shows_a_bar_for_each_snapshot_with_the_time_and_what_comes_next(
    aws: LocalAws, service: Service
) -> None:
    """The bars are EC2's own progress."""
    aws.settings(pending_seconds=8)
    written = service.on_a_terminal("deploy", "--release", "1")

    assert _ESCAPE.search(written)
    text = _ESCAPE.sub("", written)
    bars = re.findall(r"(/dev/\w+) (\d+) GiB +[━╸╺ ]+ +(\d+)%", text)
    assert {(device, size) for device, size, _ in bars} == {("/dev/sda1", "8"), ("/dev/sdf", "20"), ("/dev/sdg", "50")}
    assert any(0 < int(percent) < 100 for _, _, percent in bars)
    assert re.search(r"\d:\d\d:\d\d elapsed, next: create [^;]*3 snapshot tags", text)


def test_a_pipe_gets_plain_lines(service: Service) -> None:
    """A log is no terminal: no escape codes, and nothing is written over."""
    told = service.snapnames("deploy", "--release", "1")

    assert "\x1b" not in told.out + told.err
    assert "\r" not in told.out
    shown = re.findall(r"^\[\d:\d\d:\d\d\] image front-web-1 is pending: (.*)$", told.out, re.MULTILINE)
    assert re.fullmatch(r"/dev/sda1 8 GiB (\d+)%, /dev/sdf 20 GiB \1%, /dev/sdg 50 GiB \1%", shown[-1])
    assert told.out.splitlines()[-1].endswith("done: front-web-1 is live: 1 of 1 instance runs it")
    assert told.err == ""


def test_a_script_gets_nothing_but_json_on_stdout(service: Service) -> None:
    """What a person reads goes to stderr."""
    told = service.snapnames("deploy", "--release", "1", "--preview", "--json")

    assert told.json["preview"] is True
    assert "to do: create 1 image" in told.err
