"""The images of a stack's earlier states, where its backend is a folder.

If the answer to DeregisterImage is lost, the provider tries again, finds no image, and counts it as deleted. The update
succeeds, the snapshots stay, and the state no longer has the image. Beside the stack's history, Pulumi keeps a copy of
the state after each update. `pulumi stack export --version` gives such a copy only for Pulumi Cloud.
"""

import gzip
import json
from pathlib import Path

from .exported import Exported

NEWEST = 20
"""How many states are read. The number is limited, because each state may have megabytes."""


def earlier_images(backend: Path, project: str, stack: str) -> dict[str, str]:
    """Image id to name, for all images of the newest states.

    `backend`: the folder that has `.pulumi`. `stack`: its short name.
    """
    copies = sorted((backend / ".pulumi" / "history" / project / stack).glob(f"{stack}-*.checkpoint.json*"))
    found: dict[str, str] = {}
    for path in [path for path in copies if path.suffix in (".json", ".gz")][-NEWEST:]:
        content = path.read_bytes()
        latest = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)["checkpoint"]["latest"]
        found |= Exported(latest or {}).held_images
    return found
