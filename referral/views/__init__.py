"""Pages of the case: each gathers, calls one use case, and redirects."""
