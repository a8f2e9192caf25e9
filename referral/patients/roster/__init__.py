"""The list of a centre's residents with their contracts, as it is brought in from a file: read, judged and written in bulk."""
