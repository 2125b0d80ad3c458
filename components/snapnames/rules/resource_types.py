"""The type tokens of everything that a stack of this package has, and the URNs that are made of them."""

IMAGE = "aws:ec2/amiFromInstance:AmiFromInstance"
COPY = "aws:ec2/amiCopy:AmiCopy"
TAG = "aws:ec2/tag:Tag"
CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
GROUP_TAG = "aws:autoscaling/tag:Tag"
LAUNCH_PERMISSION = "aws:ec2/amiLaunchPermission:AmiLaunchPermission"
SSM_PARAMETER = "aws:ssm/parameter:Parameter"

IMAGE_IDS = "aws:ec2/getAmiIds:getAmiIds"
"""The data source that gives the ids of images."""
IMAGE_DATA = "aws:ec2/getAmi:getAmi"
"""The one that gives all of one image."""
INSTANCE_DATA = "aws:ec2/getInstance:getInstance"
"""The one that gives all of one instance."""

RELEASE_IMAGE = "snapnames:index:ReleaseImage"
IMAGE_COPY = "snapnames:index:ImageCopy"
TAKEN_IN_IMAGE = "snapnames:index:TakenInImage"
SOURCE_VOLUMES = "snapnames:index:SourceVolumes"
FLEET = "snapnames:index:Fleet"
OWNED_IMAGES = "snapnames:index:OwnedImages"
COMPONENTS = "snapnames:index:"
"""How the tokens of all components begin."""

ROOT, PROVIDER = "pulumi:pulumi:Stack", "pulumi:providers:aws"
PROVIDERS = "pulumi:providers:"

OWNED_IMAGES_URNS = f"**::{OWNED_IMAGES}**"
"""The component and all that it declares, as a target of an update."""


def root_urn(project: str, stack: str) -> str:
    """The URN of the stack itself. `stack`: its short name.

    >>> root_urn("web", "prod")
    'urn:pulumi:prod::web::pulumi:pulumi:Stack::web-prod'
    """
    return f"urn:pulumi:{stack}::{project}::{ROOT}::{project}-{stack}"


def logical_name(urn: str) -> str:
    """What the program calls the resource.

    >>> logical_name("urn:pulumi:prod::web::aws:ec2/tag:Tag::web-1:/dev/sdf")
    'web-1:/dev/sdf'
    """
    return urn.split("::", 3)[3]


def beside(root: str, kind: str, name: str) -> str:
    """The URN of what the program itself declares, beside the URN of the stack.

    >>> beside(root_urn("web", "prod"), FLEET, "web")
    'urn:pulumi:prod::web::snapnames:index:Fleet::web'
    """
    return f"{root.partition(f'::{ROOT}::')[0]}::{kind}::{name}"


def child(component: str, kind: str, name: str) -> str:
    """The URN of what a component declares.

    >>> child("urn:pulumi:prod::web::snapnames:index:Fleet::web", GROUP, "web")
    'urn:pulumi:prod::web::snapnames:index:Fleet$aws:autoscaling/group:Group::web'
    """
    before = component.rpartition("::")[0]
    return f"{before}${kind}::{name}"
