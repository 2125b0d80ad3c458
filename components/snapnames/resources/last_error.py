"""An error that ends the update when everything else is done.

A program that raises makes the engine delete nothing, so what could not be declared this time stays as it is.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, NoReturn

from pulumi import Output

from snapnames.errors import InputError

from .aws_resources import registered


def fail_last(message: str, outputs: Sequence[Output[Any]]) -> None:
    """Raise `InputError` when the outputs are known, and all that was declared on the way to them is registered."""

    async def fail(_: None) -> NoReturn:
        await asyncio.gather(*(one.future() for one in outputs))
        done = 0
        while done < len(urns := registered()):
            await asyncio.gather(*(urn.future() for urn in urns[done:]))
            done = len(urns)
        raise InputError(message)

    Output.from_input(None).apply(fail)
