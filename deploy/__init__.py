"""How the product is set up and kept running; standard library only, so that it works before anything is installed."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (this very line is for older ones)
    sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; name a newer one: make PYTHON=/path/to/python3")
