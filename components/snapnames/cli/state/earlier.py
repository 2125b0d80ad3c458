"""The images of a stack's earlier states, where its backend is a folder.

When the answer to DeregisterImage is lost, the provider's retry finds the image gone and takes it for deleted: the
update succeeds, the snapshots stay, and the state has forgotten the image. Pulumi keeps a copy of the state after each
update beside the stack's history; `pulumi stack export --version` gives it of Pulumi Cloud alone.
"""

import gzip
import json
from pathlib import Path

from .exported import Exported

NEWEST = 20
"""States that are read: each may be megabytes."""


def earlier_images(backend: Path, project: str, stack: str) -> dict[str, str]:
    """Image id to name, of all images of the newest states.

    `backend`: the folder that has `.pulumi`. `stack`: its short name.
    """
    copies = sorted((backend / ".pulumi" / "history" / project / stack).glob(f"{stack}-*.checkpoint.json*"))
    found: dict[str, str] = {}
    for path in [path for path in copies if path.suffix in (".json", ".gz")][-NEWEST:]:
        content = path.read_bytes()
        latest = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)["checkpoint"]["latest"]
        found |= Exported(latest or {}).held_images
    return found
