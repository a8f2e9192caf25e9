"""Days, weeks and bands: the calendar, weekly templates, changes and stops."""
