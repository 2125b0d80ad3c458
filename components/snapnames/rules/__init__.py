"""What is named, kept, dropped and whose it is, as plain functions and values. Imports neither Pulumi nor boto3."""
