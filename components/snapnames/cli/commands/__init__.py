"""One file for each command of `snapnames`."""
