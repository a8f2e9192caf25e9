"""Whether tests try everything (`make nightly`) or take some of it in turns (`make test`)."""

import os

THOROUGH = os.environ.get("THOROUGH") == "1"
