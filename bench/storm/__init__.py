"""Many hands at few places: a small district in which every use case of a booking meets every other one, and who judges it."""
