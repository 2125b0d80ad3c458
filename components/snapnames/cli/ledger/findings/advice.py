"""Next steps that delete something. The rule of the plan decides, so a finding and the plan never contradict."""

from snapnames.cli.ledger.candidates import of_image
from snapnames.cli.ledger.findings.finding import Finding
from snapnames.cli.ledger.view import View
from snapnames.printable import beside_commands
from snapnames.rules.candidates import Candidate
from snapnames.rules.images import Image

CHECKED = 20
"""How many findings of a kind are checked one by one. A terminal lists no more."""


def deregister(view: View, image: Image) -> str:
    """The next step to remove an image that this stack's state does not have."""
    if _of_another_stack(view, image):
        builder = beside_commands(str(image.builder))
        return f"drop its release from the stack {builder}, which built it, and run `pulumi up` there"
    return delete(
        view,
        image.image_id,
        view.command("deregister-image", "--image-id", image.image_id, "--delete-associated-snapshots")
        + " removes it with its snapshots",
    )


def would_deregister(view: View, finding: Finding) -> Candidate | None:
    """What `deregister` would delete of the image of a finding; None if it gives no command."""
    image = view.holdings.images[str(finding.image_id)]
    if image.image_id in view.declared.images or _of_another_stack(view, image):
        return None
    return of_image(view, image, lost_by=view.declared.stack if view.untracked(image) else None)


def delete(view: View, found_id: str, command: str) -> str:
    """The command, if every check of the plan has found it free; else why to keep it, or what to look at."""
    verdict = view.verdicts.get(found_id)
    if verdict is None:
        return (
            f"{found_id} is not known to be safe to delete, because it was not checked: the ledger checks the first "
            f"{CHECKED} of a kind; look at who may use it, whether it is shared, locked or a backup"
        )
    if verdict.safe:
        return f"{command} (it passed all checks of the plan; read for it alone: {', '.join(verdict.reads)})"
    if len(verdict.reasons) == len(verdict.unread):
        return f"{found_id} is not known to be safe to delete; what could not be read: {', '.join(verdict.unread)}"
    return f"keep {found_id}: {'; '.join(map(beside_commands, verdict.reasons))}"


def _of_another_stack(view: View, image: Image) -> bool:
    return image.builder is not None and not view.own(image)
