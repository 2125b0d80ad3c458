"""Spot Fleets that say which launch templates they were given, where moto says what is in the templates."""

from typing import Any

from moto.ec2.models.spot_requests import SpotFleetRequest


class SpotFleet(SpotFleetRequest):
    """A request for a Spot Fleet. It has launch specifications or launch templates, never both.

    docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotFleetRequestConfigData.html
    """

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 -- as moto makes one
        """Keep the launch templates as they were given."""
        self.launch_template_config = given["launch_template_config"]
        super().__init__(**given)

    @property
    def spot_fleet_request_config(self) -> dict[str, Any]:
        """What DescribeSpotFleetRequests shows."""
        config = super().spot_fleet_request_config
        if self.launch_template_config:
            del config["LaunchSpecifications"]
            config["LaunchTemplateConfigs"] = self.launch_template_config
        return config
