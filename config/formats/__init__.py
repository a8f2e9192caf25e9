"""How dates are written where a language's own format is not how people here write."""
