"""The list of everybody a hospital expects on one day: made at the cut-off, and the paper for the day the systems are down (R166)."""
