"""Names for the snapshots of the database images that the account has already."""

import pulumi
from snapnames import OwnedImages

owned = OwnedImages("databases", {"names": ["db-*"], "exclude": ["*-scratch"], "name_pattern": "{image} {device}"})
pulumi.export("ownedImages", owned.record)  # by it the next update knows these names from a person's
