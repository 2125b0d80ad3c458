"""One of several services in a program of one's own: its releases as its config lists them, and a fleet of them."""

from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

import pulumi
from pulumi import Output, ResourceOptions

from snapnames.config.settings import Settings, read_settings
from snapnames.errors import InputError
from snapnames.fleet import Fleet, FleetArgs
from snapnames.own_updates import remember_engine
from snapnames.printable import shell_command
from snapnames.resources.account_images import marked_ids
from snapnames.resources.stack_outputs import last_outputs
from snapnames.rules.groups import group_output
from snapnames.rules.history import history_output, read_history
from snapnames.rules.services import namespace_of, of_service

from .copies import Copies
from .history import as_aws_tells, recorded_history
from .parameters import check_parameters, declare_parameters
from .releases import release_images
from .sharing import share

if TYPE_CHECKING:
    from snapnames.image_copy import ImageCopy
    from snapnames.release_image import ReleaseImage


class Service:
    """The releases of one service, in a program that has others beside it.

    Its config is under its own name: `front:source`, `front:releases` (newest first), `front:live`, and more of the
    keys that the program of snapnames has. `snapnames deploy --service front` edits these lists, runs the whole
    program, and so do `rollback` and `prune`. The lists of other services stay as they are.

    Leaves alone: images of other services, and what else the program declares.

    Raises `InputError` before anything of the service is registered: for a fault in its config, for an older release
    whose image is missing, and for a list that has become empty.
    """

    name: str
    """The name of the service. The image of a release is called `<name>-<release>`."""

    live: str
    """The release that the fleet launches; empty before the first deployment."""

    images: "Mapping[str, ReleaseImage]"
    """Release to its image, newest first."""

    copies: "Mapping[str, Mapping[str, ImageCopy]]"
    """Release to region to copy, as `copies` of the config lists the regions."""

    def __init__(self, name: str) -> None:
        """Read the config of the service, and declare the images of its releases."""
        if not pulumi.runtime.is_dry_run():
            remember_engine(f"{pulumi.get_project()}/{pulumi.get_stack()}")
        settings = read_settings(service=name)
        self.name, self.live, self._settings = name, settings.live, settings
        self._before = last_outputs()
        _refuse_emptied(settings, self._before)
        try:
            marked = cache(partial(marked_ids, service=name))
            copies = Copies.settle(settings, self._before, marked)
            check_parameters(settings, self._before, copies.unread)
            self.images = cast("Mapping[str, ReleaseImage]", release_images(settings, self._before, marked))
        except InputError as error:
            raise InputError(of_service(str(error), name)) from error
        self._rollout: Output[str] | None = None
        # A release is copied when it is in service: a region that refuses a copy then keeps nobody from it.
        rollout: Output[str] = Output.from_input("").apply(self._rolled_out)
        self.copies = copies.declare(self.images, after=rollout)
        share(settings, self.images, self.copies)
        if self.live:
            declare_parameters(settings, self.live_image, self.copies[self.live], rollout)
        names = [image.snapshot_names for image in self.images.values()]
        copies.fail_last(self.copies, [*names, rollout])

    @property
    def live_image(self) -> "ReleaseImage":
        """The image of the live release. Raises `InputError` before the first deployment: see whether `live` is set."""
        if not self.live:
            raise InputError(
                f"{namespace_of(self.name)}releases lists no release: run "
                f"{shell_command('snapnames', 'deploy', '--service', self.name)}, or let the program ask for `live` "
                "first"
            )
        return self.images[self.live]

    def fleet(self, args: "FleetArgs | Mapping[str, Any]", opts: ResourceOptions | None = None) -> Fleet | None:
        """The fleet that launches the live release; None before the first deployment.

        `args`: as `FleetArgs` says, without `image_id`. The fleet has the name of the service, by which the command
        finds it. Which releases have run is recorded in an output of the stack. Copies and the parameter wait for its
        rollout, so call it in the program itself, and not when an output is known.
        """
        if "adopt" in args:
            raise InputError(
                f"fleet {self.name!r} has `adopt`; a group is taken over by the program of snapnames alone, with one "
                "service in its stack: leave `adopt` out"
            )
        if not self.live:
            return None
        output, group = history_output(self.name), group_output(self.name)
        recorded = read_history(self._before.get(output))
        ran_before = as_aws_tells(recorded, self._settings, self._before.get(group, ""), args)
        fleet = Fleet(self.name, cast("FleetArgs", {**args, "image_id": self.live_image.image_id}), opts)
        self._rollout = fleet.rollout
        pulumi.export(group, fleet.auto_scaling_group_name)
        history = recorded_history(ran_before, self.live, self._settings.releases, fleet.rollout)
        pulumi.export(output, history)
        return fleet

    async def _rolled_out(self, nothing: str) -> str:
        """Wait until the fleet has rolled out, if the program has declared one: it runs to its end before this does."""
        if self._rollout is not None:
            await self._rollout.future()
        return nothing


def _refuse_emptied(settings: Settings, before: Mapping[str, Any]) -> None:
    """Raise `InputError` if the list is empty and releases have run: the fleet would be deleted."""
    ran = read_history(before.get(history_output(settings.service)))
    if ran and not settings.releases:
        raise InputError(
            f"{settings.namespace}releases is empty, and the fleet of {settings.service} has launched "
            f"{ran[-1].release!r}: list it again. To end the service, remove it from the program"
        )
