"""An account of 1,000 images and 4,000 snapshots, all of one stack."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines
from tests.faults import FaultProxy
from tests.program import Program

from .releases import CONFIG, DEVICES, Releases, snapshot_name
from .schemas import faults
from .test_command import DESCRIBES, SCHEMA, import_state

pytestmark = pytest.mark.xdist_group("ledger")


def test_100_edited_names_among_4000_are_all_found_and_no_other_in_13_bulk_reads(
    tmp_path: Path, aws: LocalAws, engine: engines.Engine, proxy: FaultProxy, releases: Releases
) -> None:
    """Counted at the proxy: five pages, the instances, groups, launch configurations, templates and their versions.

    Then who may launch the 20 unused images that are shown.
    """
    names = [f"{number:04d}" for number in range(1000)]
    releases.make(*names)
    releases.ec2.create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"ImageId": releases.images[names[-1]]}
    )
    stack = Program(tmp_path / "stack", aws, engine, CONFIG, endpoint=proxy.url)
    import_state(stack, releases.state())
    places = [(release, device) for release in names for device in DEVICES]
    edited = random.Random(20180307).sample(places, 100)  # noqa: S311 -- a sample, no secret
    for number, (release, device) in enumerate(edited):
        releases.rename(release, device, f"edited {number}")
    mark = proxy.mark()

    ledger = stack.snapnames("ledger", "--json", "--fail-on", "drift", code=3).json

    assert Counter(call.name for call in proxy.calls(mark)) == {
        **dict.fromkeys(DESCRIBES, 1),
        "ec2.DescribeSnapshots": 4,
        "ec2.DescribeImageAttribute": 20,
    }
    assert proxy.writes(mark) == []
    assert ledger["calls"] == 33
    drift = [one for one in ledger["findings"] if one["kind"] == "drift"]
    assert sorted((one["snapshot_ids"], one["declared_name"], one["live_name"]) for one in drift) == sorted(
        ([releases.snapshots[release][device]], snapshot_name(release, device), f"edited {number}")
        for number, (release, device) in enumerate(edited)
    )
    assert ledger["totals"]["findings"] == {
        **dict.fromkeys(ledger["totals"]["findings"], 0),
        "drift": 100,
        "unused": 999,
    }
    assert (ledger["totals"]["images"], ledger["totals"]["snapshots"]) == (1000, 4000)
    assert faults(json.loads(json.dumps(ledger)), SCHEMA) == []
