"""A client of the control endpoints. Knows HTTP and JSON only, so that it starts fast."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import quote

HOST = "127.0.0.1"


class ControlError(RuntimeError):
    """The server refused a control request; the text says which rule."""


class Control:
    """The control endpoints of one server on loopback."""

    def __init__(self, port: int) -> None:
        """Name the server's port; nothing is asked yet."""
        self.port = port
        self.url = f"http://{HOST}:{port}"

    def identity(self, timeout: float = 5.0) -> dict[str, Any] | None:
        """Who answers: service and pid. None if nobody does, or somebody that is not this server."""
        try:
            answer = self._ask("GET", "", timeout=timeout)
        except (OSError, http.client.HTTPException, ValueError, ControlError):
            return None
        return answer if answer.get("service") == "localaws" else None

    def settings(self, **changes: float | list[str]) -> dict[str, Any]:
        """Change settings that are a number, a truth or names, as `pending_seconds`, and return all."""
        return self._ask("PUT", "settings", changes) if changes else self._ask("GET", "settings")

    def fail_next_image(
        self, reason: str = "Client.InternalError: Client error on launch", *, region: str = ""
    ) -> None:
        """Let the next image or copy that is made end as `failed` with this reason, its snapshots in `error`.

        With a region, the next one there.
        """
        self._ask("PUT", "settings", {"next_images": [{"state": "failed", "reason": reason, "region": region}]})

    def restrict(self, access_key: str, policy: dict[str, Any] | None) -> None:
        """Let the access key do what this IAM policy document allows and nothing else; with None everything again."""
        policies = self.settings()["policies"]
        policies.pop(access_key, None)
        if policy is not None:
            policies[access_key] = policy
        self._ask("PUT", "settings", {"policies": policies})

    def ec2(self, **changes: object) -> dict[str, Any]:
        """Change settings of images and snapshots, as `clock_ahead_seconds`, and return all of them."""
        settings: dict[str, Any] = self._ask("PUT", "settings", {"ec2": changes})["ec2"]
        return settings

    def hold_next_image(self, *, region: str = "") -> None:
        """Let the next image or copy that is made stay `pending`, until `finish_image`; with a region, one there."""
        self._ask("PUT", "settings", {"next_images": [{"state": "pending", "region": region}]})

    def finish_image(self, image_id: str, state: str = "available", reason: str = "") -> None:
        """End an image's pending state now: `available` or `failed`; or hold it, with `pending`."""
        self._ask("PUT", f"images/{image_id}", {"state": state, "reason": reason})

    def step_refresh(self, group: str, steps: int = 1) -> dict[str, Any]:
        """Do the next phases of a group's instance refresh now, also of one that is held, and show how far it is."""
        return self._ask("POST", f"refreshes/{quote(group, safe='')}", {"steps": steps})

    def mark(self) -> int:
        """Return the number of calls so far, to be given to `calls`."""
        return int(self._ask("GET", "calls?since=0")["mark"])

    def calls(self, since: int = 0) -> list[str]:
        """Every API call since a mark, in order, as `service.Action`: `ec2.CreateTags`."""
        calls: list[str] = self._ask("GET", f"calls?since={since}")["calls"]
        return calls

    def authorized(self) -> list[dict[str, Any]]:
        """All that policies were asked and allowed: `action`, `resource`, and `context` by condition key."""
        authorized: list[dict[str, Any]] = self._ask("GET", "authorized")["authorized"]
        return authorized

    def reboots(self) -> dict[str, int]:
        """How often each instance was rebooted."""
        reboots: dict[str, int] = self._ask("GET", "reboots")["reboots"]
        return reboots

    def reset(self) -> None:
        """Empty the account in every region, forget the calls, and go back to the settings of the start."""
        self._ask("POST", "reset", {})

    def save(self, name: str) -> None:
        """Keep the account as it is now under this name, beyond a reset."""
        self._ask("PUT", f"saved/{name}", {})

    def restore(self, name: str) -> None:
        """Have the account as it was saved; calls and settings stay."""
        self._ask("POST", f"restore/{name}", {})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None, timeout: float = 60.0) -> dict[str, Any]:
        content = None if body is None else json.dumps(body)
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=timeout)) as connection:
            connection.request(method, f"/localaws/{path}", body=content)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        if response.status != http.client.OK:
            raise ControlError(str(answer.get("error", answer)))
        return answer
