"""The ledger: accounts with known faults, each of which has to be found where it is and nowhere else."""
