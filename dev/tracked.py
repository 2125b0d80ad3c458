"""A hook of the build backend: what git does not track gets into no package.

Without it a file that somebody forgot in the package's folder would be in the wheel.
"""

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Tracked(BuildHookInterface[Any]):
    """Leaves untracked files out of wheel and source distribution; a source distribution itself has none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Exclude them by their paths. An editable installation is a path, and the file that Pulumi looks for."""
        if version == "editable":
            # Pulumi's language host looks beside the metadata of the installation, and follows no path from there.
            build_data["force_include_editable"] = {"components/pulumi_snapnames": "pulumi_snapnames"}
            return
        if not Path(self.root, ".git").exists():
            return
        listed = subprocess.run(
            ["git", "ls-files", "--others", "--exclude-standard", "-z", "components"],  # noqa: S607 -- the user's own
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        self.build_config.target_config["exclude"] = [
            *self.build_config.target_config.get("exclude", []),
            *(f"/{name}" for name in listed.split("\0") if name),
        ]
