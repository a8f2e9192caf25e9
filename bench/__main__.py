"""`python -m bench NAME` runs one measurement; without a name all of them, into docs/figures.md."""

import sys

from bench.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
