"""What comes in the way of a rollout, said before it begins."""

from snapnames.aws.rollouts import read_fleet
from snapnames.cli.advice import aws_errors
from snapnames.cli.commands.session import Session
from snapnames.cli.commands.standing import Standing
from snapnames.cli.errors import CommandError
from snapnames.rules.hindrances import hindrances, in_its_turn, unfed
from snapnames.rules.rollouts import FleetStatus


def heed_hindrances(session: Session, standing: Standing, image: str) -> None:
    """Warn of what holds a rollout up. Raises `CommandError` for one that Auto Scaling would refuse.

    Raises it too for a group that is gone, and for a rollout that would take all instances away from their balancer.

    `image`: the name of the image that the fleet is to run. Says nothing of a fleet that runs it.
    """
    status = standing.status or _group_to_take_over(session)
    if standing.missing:
        raise CommandError(_gone(standing.missing, session.account.session.place, adopted=bool(session.adopts)))
    moves = standing.launches != image
    if status is None or (status.rolled_out and not moves):
        return
    turn = in_its_turn(status) if moves else ""
    if why := turn or (unfed(status.group) if standing.rolls else ""):
        raise CommandError(f"{why}, and this command again: the update was not run")
    for one in hindrances(status, moves=moves) if standing.rolls else ():
        session.display.say(f"warning: {one}")


def _gone(group: str, place: str, *, adopted: bool) -> str:
    anew = "remove snapnames:fleet, and run `pulumi up --refresh`"
    if not adopted:
        anew = "run `pulumi up --refresh`, which makes a new one"
    return (
        f"the Auto Scaling group {group} of this stack does not exist in {place}: the update was not run. If the group "
        f"is in another place, check aws:region, aws:profile and the keys. If somebody has deleted it, {anew}"
    )


def _group_to_take_over(session: Session) -> FleetStatus | None:
    """The group that the config takes over, before the first update, which has it in no state."""
    name = session.adopts
    if not name:
        return None
    with aws_errors(f"the Auto Scaling group {name} can't be read"):
        aws = session.account.session
        return read_fleet(aws.ec2(), aws.autoscaling(), name)
