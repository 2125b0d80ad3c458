"""Which versions make an engine. Those of the built CLI's and plugin's own modules stand in the go.mod files."""

BUILT_CLI = "3.230.0"
"""What dev/engine/cli/go.mod requires of github.com/pulumi/pulumi/pkg/v3."""

PROVIDER = "github.com/upbound/terraform-provider-aws"
"""Terraform's AWS provider, published with an exported package around it (HashiCorp's own has internal ones only)."""

PROVIDER_VERSION = "v0.0.0-20241030110634-947d82e10dea"
PROVIDER_SUM = "h1:fCIWI3X1wMTJj+TRT73R24lJiUr6f9NziJopRla43qY="
PROVIDER_GO_MOD_SUM = "h1:kfVfff4V6sJ9334xo8IGXujnopyDIqb7TjB4bVDJFH0="
