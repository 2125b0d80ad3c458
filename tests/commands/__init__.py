"""The commands of `snapnames`, on the real engine and the local AWS."""
