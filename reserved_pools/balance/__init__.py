"""What was promised and what became of it: compliance, forecast, and moves between departments."""
