"""Lists brought in from files: read in a stream, checked row by row, applied in pieces once a person has agreed."""
