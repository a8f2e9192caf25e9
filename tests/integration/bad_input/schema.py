"""What the interface says of itself: every operation with the fields of its body, its parameters and their kinds."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

FORMATS = {"uuid": "uuid", "date": "date", "date-time": "date-time"}
TYPES = {"boolean": "boolean", "array": "list", "object": "object", "integer": "integer"}


@dataclass(frozen=True)
class Leaf:
    """One field of a body: its path (drugs[].name), its kind ('' for a text) and the most characters it takes."""

    path: str
    kind: str
    longest: int | None = None


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    name: str
    method: str
    path: str
    leaves: tuple[Leaf, ...]
    parameters: tuple[dict[str, Any], ...]

    def parameters_in(self, where: str) -> list[str]:
        return [parameter["name"] for parameter in self.parameters if parameter["in"] == where]


@cache
def operations() -> dict[str, Operation]:
    """The whole interface by operation id."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found = [_operation(schema, path, method, entry) for path, methods in schema["paths"].items() for method, entry in methods.items()]
    return {operation.name: operation for operation in found}


def _operation(schema: dict[str, Any], path: str, method: str, entry: dict[str, Any]) -> Operation:
    body = entry.get("requestBody", {}).get("content", {})
    leaves = [leaf for kind, content in body.items() if kind == "application/json" for leaf in _leaves(schema, content["schema"], "")]
    return Operation(entry["operationId"], method.upper(), path.removeprefix("/api/v1"), tuple(leaves), tuple(entry.get("parameters", ())))


def _leaves(schema: dict[str, Any], node: dict[str, Any], path: str) -> Iterator[Leaf]:
    node = _resolved(schema, node)
    kind = "choice" if "enum" in node or "oneOf" in node else FORMATS.get(node.get("format", ""), TYPES.get(_type(node), ""))
    if path:
        yield Leaf(path, kind, node.get("maxLength"))
    for name, child in node.get("properties", {}).items():
        yield from _leaves(schema, child, f"{path}.{name}" if path else name)
    if kind == "list":
        yield from _leaves(schema, node["items"], f"{path}[]")


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        return _resolved(schema, schema["components"]["schemas"][node["$ref"].rpartition("/")[2]])
    if len(node.get("allOf", ())) == 1:
        return _resolved(schema, node["allOf"][0])
    return node


def _type(node: dict[str, Any]) -> str:
    """The type of a field; one that may be null has it beside "null"."""
    held = node.get("type", "")
    return next((one for one in held if one != "null"), "") if isinstance(held, list) else str(held)
