"""A proxy that throttles, fails, drops, delays and holds the calls between a client and the local AWS.

with FaultProxy(aws.url, buckets=Buckets()) as proxy:
    proxy.schedule.at("ec2.CreateTags", 2, Drop(after=True))
    proxy.schedule.at(is_write, 5, Hold())
    ...  # a client whose endpoint is proxy.url
    proxy.held()
    proxy.release()
    proxy.calls()  # [Call("ec2.CreateTags", Answer.PASSED), ...]
"""

from tests.faults.buckets import BARE, EC2_RATES, Buckets, Rate
from tests.faults.call import Answer, Call, is_read, is_write
from tests.faults.chance import Chance, Rates
from tests.faults.fates import Delay, Drop, Fail, Fate, Hold, Run
from tests.faults.proxy import FaultProxy
from tests.faults.schedule import Schedule

__all__ = [
    "BARE",
    "EC2_RATES",
    "Answer",
    "Buckets",
    "Call",
    "Chance",
    "Delay",
    "Drop",
    "Fail",
    "Fate",
    "FaultProxy",
    "Hold",
    "Rate",
    "Rates",
    "Run",
    "Schedule",
    "is_read",
    "is_write",
]
