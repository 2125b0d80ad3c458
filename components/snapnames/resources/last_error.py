"""An error that ends the update when everything else is done.

A program that raises makes the engine delete nothing, so what could not be declared this time stays as it is.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi import Output

from snapnames.errors import FAILS_LAST, InputError

from .aws_resources import registered


def fail_last(problems: Sequence[Output[str]], outputs: Sequence[Output[Any]]) -> Output[str]:
    """Raise `InputError` in the output, with the problems that are not empty. A preview warns of them.

    The update first waits until the outputs are known, and until all that was declared on the way to them is
    registered.
    """

    async def fail(_: str) -> str:
        found = await asyncio.gather(*(one.future() for one in problems))
        if not any(found):
            return ""
        message = "\n".join(one for one in found if one)
        if pulumi.runtime.is_dry_run():
            pulumi.log.warn(f"{message}. {FAILS_LAST}")
            return message
        await asyncio.gather(*(one.future() for one in outputs))
        done = 0
        while done < len(urns := registered()):
            await asyncio.gather(*(urn.future() for urn in urns[done:]))
            done = len(urns)
        raise InputError(message)

    return Output.from_input("").apply(fail)
