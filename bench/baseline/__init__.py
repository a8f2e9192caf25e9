"""The same booking as one would usually write it with Django's ORM and DRF's generic classes, for comparison only."""
