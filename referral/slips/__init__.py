"""Paper: the two official slips, their copies, and what a slip proves."""
