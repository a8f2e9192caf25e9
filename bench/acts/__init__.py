"""The acts of a district's people, each with the row it must leave in the trail; loaded once Django is set up."""
