"""Words of the supply side for templates."""
