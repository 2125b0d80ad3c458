"""What copies in other regions cost: one provider process for each region, and the calls in it."""

from typing import Any

from tests.account import DATA_VOLUMES, launch

from .measuring import Cost, costs, in_turns
from .scale import Scale
from .stage import PREVIEW, UP, stage

REGIONS = (
    *("ap-northeast-1", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1"),
    *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
)
"""The regions that every account has, beside the one of the stack."""


def measure(scale: Scale) -> dict[str, Any]:
    """A release of three volumes, with copies in none of the regions, in some, in all."""
    counts = {str(count): lambda count=count: _release(count) for count in scale.regions}
    found = in_turns(counts, scale.region_rounds)
    return {
        "rounds": scale.region_rounds,
        "regions": {
            count: {step: costs([run[step] for run in runs]) for step in runs[0]} for count, runs in found.items()
        },
    }


def _release(count: int) -> dict[str, Cost]:
    with stage(0) as on:
        instance = launch(on.aws.client("ec2"), mappings=DATA_VOLUMES)
        stack = on.stack("service", {})
        copies: dict[str, Any] = {region: {} for region in REGIONS[:count]}
        stack.program.config = {"service": "front-web", "source": instance, "releases": ["1"], "copies": copies}
        return {
            "first preview": stack.run(*PREVIEW, environment={}),
            "first update": stack.run(*UP, environment={}),
            "preview without changes": stack.run(*PREVIEW, environment={}),
            "destroy": stack.run("destroy", "--yes", "--skip-preview", "--suppress-outputs", environment={}),
        }
