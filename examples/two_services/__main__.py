"""Two services in one program, each with its own releases and its own fleet.

`snapnames deploy --service front` deploys one of them. The config has each service under its own name:

    pulumi config set front:source i-20a1a968ddf3beb77
    pulumi config set back:source i-6e1f4b8a0c3d5e7f9

Before the first deployment of a service, its fleet is None, and the other service runs as it does.
"""

import pulumi
from snapnames import Service

config = pulumi.Config()
launches = {"launch": "template", "instance_type": "t3.micro", "zones": config.require_object("zones")}

front = Service("front")
front_fleet = front.fleet({**launches, "min_size": 2, "max_size": 2, "instance_refresh": {}})

back = Service("back")
back_fleet = back.fleet({**launches, "min_size": 1, "max_size": 2, "instance_refresh": {}})

for service, fleet in ((front, front_fleet), (back, back_fleet)):
    if fleet is not None:
        pulumi.export(f"{service.name}Group", fleet.auto_scaling_group_name)
