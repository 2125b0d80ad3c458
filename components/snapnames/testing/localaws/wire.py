"""The long answers of EC2, written as XML straight from dictionaries.

moto's serializer looks every member up under several names and on every object: seconds for 5,000 snapshots.
Here each member of the API's output is compiled once, and only what a dictionary holds is visited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4
from xml.sax.saxutils import escape

from moto.core.model import ListShape, StructureShape
from moto.core.responses import ActionResult

from . import settings
from .errors import ParameterInvalidError

if TYPE_CHECKING:
    from moto.core.common_types import TYPE_RESPONSE
    from moto.core.model import Shape
    from moto.core.responses import ActionContext

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
PAGE_LIMIT = 1000

Encoder = Callable[[Any], str]
Item = TypeVar("Item")


class BulkResult(ActionResult):
    """A result of plain dictionaries and lists in the API's own member names; a member that is None is left out."""

    def execute_result(self, context: ActionContext) -> TYPE_RESPONSE:
        """Write the XML of the EC2 query protocol."""
        operation = str(context.operation_model.name)
        shape = context.operation_model.output_shape
        body = _encoder(shape)(self.result) if shape is not None else ""
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<{operation}Response xmlns="{NAMESPACE}">'
            f"<requestId>{uuid4()}</requestId>{body}</{operation}Response>"
        )
        return 200, {"Content-Type": "text/xml;charset=UTF-8"}, text


@cache
def _encoder(shape: Shape) -> Encoder:
    if isinstance(shape, StructureShape):
        return _structure_encoder(shape)
    if isinstance(shape, ListShape):
        item = _encoder(shape.member)
        return lambda values: "".join([f"<item>{item(value)}</item>" for value in values])
    return _scalar


def _structure_encoder(shape: StructureShape) -> Encoder:
    members = {key: (member.serialization.get("name", key), _encoder(member)) for key, member in shape.members.items()}

    def encode(value: dict[str, Any]) -> str:
        parts = []
        for key, part in value.items():
            if part is not None:
                name, encoder = members[key]
                parts.append(f"<{name}>{encoder(part)}</{name}>")
        return "".join(parts)

    return encode


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return escape(str(value))


def page(
    items: Sequence[Item], size: int | None, token: str | None, smallest: int, largest: int = PAGE_LIMIT
) -> tuple[Sequence[Item], str | None]:
    """Cut one page out, and give the token of the next.

    Without a size EC2 gives everything at once. The token is the position of the page: what appears or vanishes
    between two pages can shift them, as EC2 allows too. By a setting, a page without items comes first: an answer ends
    only where there is no token, as in docs.aws.amazon.com/ec2/latest/devguide/ec2-api-pagination.html.
    """
    if size is not None and not smallest <= size <= largest:
        raise ParameterInvalidError(
            f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value from {smallest} to {largest}."
        )
    if token is not None and not token.isdigit():
        raise ParameterInvalidError("Unable to parse pagination token")
    if token is None and settings.CURRENT.ec2.empty_first_pages:
        return [], "0"
    start = int(token or 0)
    end = len(items) if size is None else start + size
    return items[start:end], str(end) if end < len(items) else None
