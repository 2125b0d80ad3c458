"""An array job of AWS Batch on Fargate: each child works on a shard of the targets, and writes its JSON to a bucket."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

HERE = Path(__file__).parent
config = pulumi.Config()
shards = config.require_int("shards")  # AWS Batch takes array jobs of 2 to 10,000 children
region = aws.get_region().region


def role(name: str, service: str) -> aws.iam.Role:
    """A role that a service of AWS assumes."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return aws.iam.Role(name, assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


bucket = aws.s3.Bucket("results")
aws.s3.BucketPublicAccessBlock(
    "results",
    bucket=bucket.id,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
aws.s3.BucketLifecycleConfiguration(
    "results",
    bucket=bucket.id,
    rules=[{"id": "old", "status": "Enabled", "filter": {"prefix": "results/"}, "expiration": {"days": 90}}],
)
aws.s3.BucketObjectv2(
    "targets.yaml", bucket=bucket.id, key="targets.yaml", source=pulumi.FileAsset(config.require("targets"))
)

execution = role("execution", "ecs-tasks.amazonaws.com")
aws.iam.RolePolicyAttachment(
    "execution",
    role=execution.name,
    policy_arn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
)
job_role = role("shard", "ecs-tasks.amazonaws.com")
aws.iam.RolePolicy("assume", role=job_role.name, policy=(HERE.parent / "caller.json").read_text(encoding="utf-8"))
aws.iam.RolePolicy(
    "bucket",
    role=job_role.name,
    policy=bucket.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{arn}/targets.yaml"},
                    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{arn}/results/*"},
                ],
            }
        )
    ),
)

environment = aws.batch.ComputeEnvironment(
    "shards",
    type="MANAGED",
    compute_resources={
        "type": "FARGATE",
        "max_vcpus": config.get_int("maxVcpus") or 16,
        "subnets": config.require_object("subnets"),
        "security_group_ids": config.require_object("securityGroups"),
    },
)
queue = aws.batch.JobQueue(
    "shards",
    state="ENABLED",
    priority=1,
    compute_environment_orders=[{"order": 1, "compute_environment": environment.arn}],
)
definition = aws.batch.JobDefinition(
    "shard",
    type="container",
    platform_capabilities=["FARGATE"],
    retry_strategy={"attempts": 2},  # harmless: the ledger only reads
    timeout={"attempt_duration_seconds": 3600},
    container_properties=pulumi.Output.json_dumps(
        {
            "image": config.require("image"),
            "command": [],
            "jobRoleArn": job_role.arn,
            "executionRoleArn": execution.arn,
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
            "environment": [
                {"name": "BUCKET", "value": bucket.id},
                {"name": "SHARDS", "value": str(shards)},
                {"name": "AWS_REGION", "value": region},
            ],
            "networkConfiguration": {"assignPublicIp": "ENABLED"},
            "readonlyRootFilesystem": False,
        }
    ),
)

pulumi.export("bucket", bucket.id)
pulumi.export(
    "submit",
    pulumi.Output.format(
        "aws batch submit-job --job-name snapnames --job-queue {} --job-definition {} --array-properties size={}",
        queue.name,
        definition.name,
        shards,
    ),
)
