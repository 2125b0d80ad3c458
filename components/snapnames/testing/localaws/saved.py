"""Accounts that were saved, to be had again: in this process, or in a folder that several servers share."""

from __future__ import annotations

import io
import os
import pickle
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from moto.backends import get_backend
from moto.core.base_backend import BackendDict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SUFFIX = ".account"
_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)


class Saved(NamedTuple):
    """An account at a moment."""

    services: Mapping[str, dict[str, Any]]
    """By the name of the service, what it has in each account."""

    history: str
    """The digest of all that had changed the account."""

    calls: list[str]
    """Those that made it so, if they were asked for."""


class SavedAccounts:
    """Keeps accounts by name. What is given back is a copy.

    In a folder they are files. Give a folder that nobody else can write: whoever can write into it can run code here.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Keep them in the folder, or in this process."""
        self._folder = folder
        self._here: dict[str, bytes] = {}

    def put(self, name: str, account: Saved) -> None:
        """Keep it, in place of what had the name. Raises `ValueError` for a name that is none."""
        content = io.BytesIO()
        _Pickler(content, pickle.HIGHEST_PROTOCOL).dump(account)
        if not _NAME.fullmatch(name):
            raise ValueError(f"an account can't be saved as {name!r}: use letters, digits, dots, dashes, underscores")
        if self._folder is None:
            self._here[name] = content.getvalue()
            return
        # Another server sees all of it, or nothing.
        part = self._folder / f"{name}.{os.getpid()}"
        part.write_bytes(content.getvalue())
        part.replace(self._folder / f"{name}{_SUFFIX}")

    def get(self, name: str) -> Saved:
        """A copy of what was saved. Raises `ValueError` for a name that was not."""
        content = self._content(name)
        if content is None:
            raise ValueError(f"no account was saved as {name!r}: save one first, or name one of {self._names()}")
        found: Saved = _Unpickler(io.BytesIO(content)).load()
        return found

    def _content(self, name: str) -> bytes | None:
        if self._folder is None:
            return self._here.get(name)
        path = self._folder / f"{name}{_SUFFIX}"
        return path.read_bytes() if _NAME.fullmatch(name) and path.is_file() else None

    def _names(self) -> list[str]:
        return sorted(self._here if self._folder is None else (path.stem for path in self._folder.glob(f"*{_SUFFIX}")))


class _Pickler(pickle.Pickler):
    """The services themselves stay what they are; what they have is copied."""

    def persistent_id(self, value: object) -> str | None:
        return str(value.service_name) if isinstance(value, BackendDict) else None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, service: Any) -> BackendDict[Any]:  # noqa: ANN401 - as the base class has it
        return get_backend(service)
