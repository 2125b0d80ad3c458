"""A stack whose state a test keeps, and what is in it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from mypy_boto3_ec2 import EC2Client
from snapnames.cli.stack.open_stack import OnEvent, OpenStack
from snapnames.rules.naming import DEFAULT_PATTERN
from snapnames.rules.resource_types import IMAGE, SOURCE_VOLUMES, root_urn

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import TagSpecificationTypeDef

TAG = "organization/web/test"
WEST = "us-west-2"
"""The other region, of copies."""

ROOT = root_urn("web", "test")
PROVIDER = "urn:pulumi:test::web::pulumi:providers:aws::default"
RELEASE = "urn:pulumi:test::web::snapnames:index:ReleaseImage"
ROOTS: list[dict[str, Any]] = [
    {"urn": ROOT, "custom": False, "type": "pulumi:pulumi:Stack"},
    {"urn": PROVIDER, "custom": True, "id": "1", "type": "pulumi:providers:aws"},
    {"urn": f"{RELEASE}::web-1", "custom": False, "type": "snapnames:index:ReleaseImage", "parent": ROOT},
]


class Stack(OpenStack):
    """A stack whose state is kept here instead of by an engine."""

    def __init__(self, *resources: dict[str, Any], pending: tuple[dict[str, Any], ...] = ()) -> None:
        """Begin with that state."""
        self.name = "test"
        self.current = {"resources": list(resources), "pending_operations": list(pending)}
        self.earlier: dict[str, str] = {}
        self.meanwhile: list[Callable[[], object]] = []
        """What others do after each read of the state."""
        self.replaced = 0
        self.refreshed: list[list[str]] = []
        self.interrupted = False
        self.on_up_root: Callable[[], object] = lambda: None

    @property
    def tag(self) -> str:
        """What its images bear."""
        return TAG

    @property
    def name_pattern(self) -> str:
        """How it names snapshots."""
        return DEFAULT_PATTERN

    @property
    def stopped(self) -> bool:
        """Whether ^C was pressed."""
        return self.interrupted

    def state(self) -> Mapping[str, Any]:
        """The state as it is now; afterwards others go on."""
        found = {"version": 3, "deployment": deepcopy(self.current)}
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return found

    def replace_state(self, state: Mapping[str, Any]) -> None:
        """Have another one."""
        assert state["version"] == 3
        self.current = state["deployment"]
        self.replaced += 1

    def refresh(self, config: str, on_event: OnEvent, urns: list[str]) -> None:  # noqa: ARG002 -- no event comes
        """Note what is refreshed."""
        assert config == "config:\n"
        self.refreshed.append(urns)

    def earlier_images(self) -> Mapping[str, str]:
        """What earlier states had."""
        return self.earlier

    def up_root(self, config: str) -> None:
        """Make the stack itself, or fail."""
        assert config == "config:\n"
        self.on_up_root()

    def deploy(self, number: int = 0) -> None:
        """Let another update end, which changes the state."""
        self.current = {
            **self.current,
            "resources": [*self.current["resources"], {"urn": f"new-{number}", "type": "x"}],
        }

    def urns(self) -> list[str]:
        """What the state has, less what it had at first."""
        return [resource["urn"] for resource in self.current["resources"] if resource not in ROOTS]


def make(ec2: EC2Client, source: str, name: str = "web-1") -> str:
    """Make an image as the stack does; its id."""
    tags: TagSpecificationTypeDef = {"ResourceType": "image", "Tags": [{"Key": "snapnames:stack", "Value": TAG}]}
    return ec2.create_image(InstanceId=source, Name=name, NoReboot=True, TagSpecifications=[tags])["ImageId"]


def image(image_id: str = "", source: str = "", **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a resource
    """The image of the release in a state. `source`: the instance of which it was begun."""
    return {
        "urn": f"{RELEASE}${IMAGE}::web-1",
        "custom": True,
        "type": IMAGE,
        "inputs": {"name": "web-1", "sourceInstanceId": source, "tags": {"snapnames:stack": TAG}},
        "parent": f"{RELEASE}::web-1",
        "provider": f"{PROVIDER}::1",
        **({"id": image_id} if image_id else {}),
        **more,
    }


def read_image(image_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a resource
    """The same as a refresh has read it."""
    return image(image_id, outputs={"arn": "arn:aws:ec2::image/x", "ebsBlockDevices": [{}]}, **more)


def recorded(source: str) -> dict[str, Any]:
    """The record of an update that it was about to make the image of the release of this instance."""
    return {
        "urn": f"{RELEASE}${SOURCE_VOLUMES}::web-1",
        "type": SOURCE_VOLUMES,
        "parent": f"{RELEASE}::web-1",
        "inputs": {"instance": source},
    }


def pending(resource: dict[str, Any], kind: str = "creating") -> dict[str, Any]:
    """An operation that was cut off."""
    return {"resource": resource, "type": kind}
