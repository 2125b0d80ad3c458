"""The `snapnames` command: what an operator runs around `pulumi up`. Importing it imports neither Pulumi nor boto3."""
