"""The documentation of the API as a page: made of the OpenAPI document, without a script, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from proposals.api.document import description

Node = Mapping[str, Any]
VALUE = re.compile(r"^\* `(?P<value>[^`]*)` - (?P<label>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a shape: its type, where that is a shape its name, and the values it can have."""

    name: str
    told: str
    kind: str
    shape: str
    values: list[tuple[str, str]]


@dataclass(frozen=True)
class Operation:
    """An address with what it takes and, by status, what it gives."""

    name: str
    path: str
    told: str
    parameters: list[Field]
    answers: list[Answer]

    @property
    def begins(self) -> bool:
        """Whether it is the first address of a resource: that of its list, or the root."""
        return "{" not in self.path


@dataclass(frozen=True)
class Answer:
    """A status, what it means, and the name of the shape that comes with it; "" for none."""

    status: str
    told: str
    shape: str


@dataclass(frozen=True)
class Described:
    """A shape with its fields."""

    name: str
    fields: list[Field]


def documentation(request: HttpRequest) -> HttpResponse:
    """Show every address with its parameters, and every shape with its fields."""
    made = description()
    shapes = made["components"]["schemas"]
    context = {
        "operations": [_operation(path, each["get"]) for path, each in made["paths"].items()],
        "kinds": [
            Described(name, [_field(*each) for each in shape["properties"].items()])
            for name, shape in shapes.items()
            if "properties" in shape
        ],
    }
    return render(request, "api/docs.html", context)


def _operation(path: str, said: Node) -> Operation:
    parameters = [_field(each["name"], {**each["schema"], **_told(each)}) for each in said["parameters"]]
    answers = [
        Answer(status, answer["description"], next(_references(answer.get("content")), ""))
        for status, answer in sorted(said["responses"].items())
    ]
    return Operation(said["operationId"], path, said["summary"], parameters, answers)


def _told(said: Node) -> Node:
    return {"description": said.get("description", "")}


def _field(name: str, said: Node) -> Field:
    """Read one field: the labels of its values stand at the end of what is told of it."""
    told = said.get("description", "")
    labelled = [(found["value"], found["label"]) for found in VALUE.finditer(told)]
    bare = [(str(value), "") for value in said.get("enum") or said.get("items", {}).get("enum", ())]
    shape = "" if labelled else next(_references(said), "")
    return Field(name, VALUE.sub("", told).strip(), _kind(said), shape, labelled or bare)


def _kind(said: Node) -> str:
    """Give the type in the words of JSON."""
    kind = said.get("type")
    if isinstance(kind, list):
        return " | ".join(kind)
    if kind == "array":
        return "array" if next(_references(said), "") else f"array of {said['items'].get('type', 'string')}"
    if kind:
        return str(kind)
    word = "string" if VALUE.search(said.get("description", "")) else "object"
    return f"{word} | null" if "oneOf" in said else word


def _references(said: Any) -> Iterator[str]:
    """Give the names of the shapes that are meant."""
    if isinstance(said, Mapping):
        if "$ref" in said:
            yield said["$ref"].rpartition("/")[2]
        for part in said.values():
            yield from _references(part)
    elif isinstance(said, list):
        for part in said:
            yield from _references(part)
