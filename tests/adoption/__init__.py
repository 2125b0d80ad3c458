"""A stack that takes over an Auto Scaling group of the team's own."""
