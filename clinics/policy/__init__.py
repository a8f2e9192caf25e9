"""The values people set: declared by each app, kept as dated rows, resolved by one pure function."""

from clinics.policy.resolving import (
    REGISTRY,
    Level,
    Merge,
    Parameter,
    Resolved,
    Row,
    Target,
    Value,
    ValueType,
    concerns,
    declare,
    resolve,
    rows_in_force,
    value,
    values,
)

__all__ = [
    "REGISTRY",
    "Level",
    "Merge",
    "Parameter",
    "Resolved",
    "Row",
    "Target",
    "Value",
    "ValueType",
    "concerns",
    "declare",
    "resolve",
    "rows_in_force",
    "value",
    "values",
]
