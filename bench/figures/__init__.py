"""One module a figure; each has `NAME` and `measure(profile) -> Figure`."""
