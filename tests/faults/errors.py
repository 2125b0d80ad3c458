"""AWS's own errors, as the proxy sends them in AWS's place."""

import json
from uuid import uuid4

from tests.faults import wire
from tests.faults.call import Call

_XML = "text/xml;charset=UTF-8"
_JSON = "application/x-amz-json-1.1"


def error(call: Call, status: int, code: str, text: str) -> bytes:
    """An error in JSON for a service that speaks it, in EC2's XML, or else in that of the query protocol.

    EC2's: docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html.
    """
    if call.in_json:
        return wire.plain(status, _JSON, json.dumps({"__type": code, "message": text}))
    inner = f"<Code>{code}</Code><Message>{text}</Message>"
    if call.service == "ec2":
        body = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{uuid4()}</RequestID></Response>"
    else:
        kind = "Receiver" if status >= 500 else "Sender"
        body = (
            f"<ErrorResponse><Error><Type>{kind}</Type>{inner}</Error><RequestId>{uuid4()}</RequestId></ErrorResponse>"
        )
    return wire.plain(status, _XML, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}')


def throttled(call: Call) -> bytes:
    """The refusal of a call that is over its bucket: EC2's, or the one that the other services share."""
    if call.service == "ec2":
        return error(call, 503, "RequestLimitExceeded", "Request limit exceeded.")
    return error(call, 400, "ThrottlingException" if call.in_json else "Throttling", "Rate exceeded")
