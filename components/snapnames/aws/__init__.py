"""The only place that calls AWS by boto3: one reader for each noun, and the pace of the calls."""
