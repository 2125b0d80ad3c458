"""What the components cost over the engine: the same names through them, and as Tags with literals."""

from typing import Any

from tests.account import launch
from tests.program import ROOT

from .measuring import Cost, costs, in_turns, ratios
from .scale import Scale
from .stage import PREVIEW, UP, Stack, stage

_VOLUMES = "fghijklmnopqrstuvwx"
"""The last letters of 19 devices: 20 snapshots an image, with the root."""

_COMMANDS = {"preview": PREVIEW, "up": UP, "preview again": PREVIEW, "up again": UP}

Run = dict[str, Cost]


def measure(scale: Scale) -> dict[str, Any]:
    """Both components against their floors."""
    return {"OwnedImages": _owned(scale), "ReleaseImage": _release(scale)}


def _owned(scale: Scale) -> dict[str, Any]:
    with stage(scale.overhead) as on:
        ours, bare = on.owned(), on.bare()

        def turn(stack: Stack) -> Run:
            stack.put_back()
            found = {title: stack.run(*command) for title, command in _COMMANDS.items()}
            on.check_named()
            return found

        found = in_turns({"component": lambda: turn(ours), "bare": lambda: turn(bare)}, scale.rounds)
    return {"names": scale.overhead, **_compared(found)}


def _release(scale: Scale) -> dict[str, Any]:
    images = scale.release // (len(_VOLUMES) + 1)
    with stage(0) as on:
        ec2 = on.aws.client("ec2")
        instance = launch(
            ec2, mappings=[{"DeviceName": f"/dev/sd{letter}", "Ebs": {"VolumeSize": 1}} for letter in _VOLUMES]
        )
        names = [f"front-web-{number:03d}" for number in range(images)]
        stacks = {
            "component": on.stack("component", {}, _component_program(names, instance)),
            "bare": on.stack("bare", {}, _bare_program(names, instance)),
        }

        def turn(stack: Stack) -> Run:
            found = {title: stack.run(*command) for title, command in _COMMANDS.items()}
            stack.program.destroy()
            return found

        found = in_turns(
            {"component": lambda: turn(stacks["component"]), "bare": lambda: turn(stacks["bare"])}, scale.rounds
        )
    return {"names": scale.release, "images": images, **_compared(found)}


def _compared(found: dict[str, list[Run]]) -> dict[str, Any]:
    by_command = {
        title: {program: [run[title] for run in runs] for program, runs in found.items()} for title in _COMMANDS
    }
    return {
        title: {
            "component": costs(of["component"]),
            "bare": costs(of["bare"]),
            "ratio": ratios(of["component"], of["bare"]),
        }
        for title, of in by_command.items()
    }


def _component_program(images: list[str], instance: str) -> str:
    return f"""
import sys

sys.path.insert(0, {str(ROOT)!r})

from snapnames import ReleaseImage

for name in {images!r}:
    ReleaseImage(name, {{"image_name": name, "source_instance_id": {instance!r}}})
"""


def _bare_program(images: list[str], instance: str) -> str:
    """The images and Tags that the components make, without what they look up and check."""
    devices = ["/dev/sda1", *(f"/dev/sd{letter}" for letter in _VOLUMES)]
    numbered = [(device, f"({index:03d})") for index, device in enumerate(devices, start=1)]
    return f"""
import pulumi
import pulumi_aws as aws

for name in {images!r}:
    image = aws.ec2.AmiFromInstance(
        name, name=name, source_instance_id={instance!r}, snapshot_without_reboot=True, tags={{"Name": name}}
    )
    snapshots = image.ebs_block_devices.apply(lambda found: {{one.device_name: one.snapshot_id for one in found}})
    for device, index in {numbered!r}:
        aws.ec2.Tag(
            f"{{name}}:{{device}}", resource_id=snapshots[device], key="Name", value=name + index,
            opts=pulumi.ResourceOptions(deleted_with=image),
        )
"""
