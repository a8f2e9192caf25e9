"""Knows where and when care is offered, and by which rules."""
