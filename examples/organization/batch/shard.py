"""What each child of the array job does: it reads the list, works on its shard, and writes the result to the bucket."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

RESULTS = (0, 1)
"""The exit codes of `snapnames ledger` with a result. With 1, some targets could not be read: the result says why."""


def main() -> int:
    """Run the shard. Gives the exit code of the child: 0 if there is a result."""
    bucket, shards = os.environ["BUCKET"], os.environ["SHARDS"]
    shard = int(os.environ.get("AWS_BATCH_JOB_ARRAY_INDEX", "0")) + 1  # AWS Batch counts from 0
    job = os.environ["AWS_BATCH_JOB_ID"].partition(":")[0]  # that of a child is the parent's id, and the index
    s3 = boto3.client("s3")
    with TemporaryDirectory() as folder:
        targets, result = Path(folder, "targets.yaml"), Path(folder, "result.json")
        s3.download_file(bucket, "targets.yaml", str(targets))
        command = ["snapnames", "ledger", "--targets", str(targets), "--shard", f"{shard}/{shards}", "--json"]
        with result.open("wb") as out:
            code = subprocess.run(command, stdout=out, check=False).returncode  # noqa: S603 -- this command
        if code in RESULTS:
            s3.upload_file(str(result), bucket, f"results/{job}/{shard}.json")
    return 0 if code in RESULTS else code


if __name__ == "__main__":
    sys.exit(main())
