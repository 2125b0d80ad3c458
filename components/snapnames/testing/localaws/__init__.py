"""An EC2 and Auto Scaling account on this machine: moto's server on loopback, with EC2's image behaviour.

Importing this package changes nothing in moto; only the server process does (see `account.install`).
"""
