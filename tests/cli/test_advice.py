"""Errors of AWS that do not say what to do."""

from snapnames.testing.localaws.server import LocalAws

from .service import Service


def test_an_account_that_gets_no_launch_configurations_is_told_to_use_a_template(
    aws: LocalAws, service: Service
) -> None:
    """AWS's refusal alone names no setting."""
    aws.settings(launch_configurations=False)

    refused = service.snapnames("deploy", "--release", "1", code=1)

    assert (
        "this account was made on or after 2024-10-01, and AWS gives such accounts no launch configurations: set "
        "snapnames:fleet.launch to template"
    ) in refused.err
