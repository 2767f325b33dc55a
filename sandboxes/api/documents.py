"""The OpenAPI documents: ninja's, with the bodies that we read ourselves, the Status of every error, and no noise.

A field that may be left out is simply not required: `default` and `title` are taken away, for generators of types take
a default as a promise that the field is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast, get_args

from ninja import NinjaAPI
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from sandboxes import terminal_wire, wire
from sandboxes.api import shapes
from sandboxes.api.answers import refusal

Json = dict[str, Any]
REFERENCE = "#/components/schemas/{model}"
JSON_TYPE, YAML_TYPE = "application/json", "application/yaml"


class Documented(NinjaAPI):
    """An API whose errors are Status objects and whose document says so; `bodies` are the shapes of request bodies."""

    def __init__(self, *, bodies: Sequence[type[BaseModel]], **options: Any) -> None:
        super().__init__(docs_url=None, **options)
        self.bodies = bodies
        self._made: Json | None = None
        for kind in list(self._exception_handlers):
            self.add_exception_handler(kind, cast(Any, refusal))  # ninja's type asks for the class as well

    def get_openapi_schema(self, **options: Any) -> Any:
        """ninja's document, completed; made once, for it takes long and anybody may ask for it."""
        if self._made is None:
            self._made = self._document(options)
        return self._made

    def _document(self, options: Json) -> Json:
        found = super().get_openapi_schema(**options)
        found["components"]["schemas"] |= schemas([*self.bodies, shapes.Status], "validation")
        refused = {"description": "Refused", "content": {JSON_TYPE: {"schema": reference(shapes.Status)}}}
        for operations in found["paths"].values():
            for operation in operations.values():
                told = {str(code): response for code, response in operation["responses"].items()}
                operation["responses"] = told | {"default": refused}
        document: Json = tidied(found)
        return document


def reference(shape: type[BaseModel]) -> Json:
    """A schema by its name."""
    return {"$ref": REFERENCE.format(model=shape.__name__)}


def body_of(*kinds: type[BaseModel], yaml: bool = False, required: bool = True) -> Json:
    """The openapi_extra of an operation that reads its body itself: any of these shapes."""
    schema = reference(kinds[0]) if len(kinds) == 1 else {"anyOf": [reference(kind) for kind in kinds]}
    types = [JSON_TYPE, YAML_TYPE] if yaml else [JSON_TYPE]
    return {"requestBody": {"content": {name: {"schema": schema} for name in types}, "required": required}}


def schemas(models: Sequence[type[BaseModel]], mode: JsonSchemaMode) -> Json:
    """JSON Schemas of these and all they use, by name."""
    _, found = models_json_schema([(model, mode) for model in models], ref_template=REFERENCE)
    definitions: Json = found["$defs"]
    return definitions


def wire_document() -> Json:
    """Every message of a WebSocket, as the components of an OpenAPI document; `Live` is the union of what a live one
    says, `TerminalTold` and `TerminalSaid` what a terminal's says and is told.
    """
    unions = {
        "Live": (wire.Sample, wire.Still, wire.Snapshot, wire.Stream, wire.Gone),
        "TerminalTold": get_args(terminal_wire.Told),
        "TerminalSaid": (*get_args(terminal_wire.First), *get_args(terminal_wire.Said)),
    }
    found = tidied(schemas([message for messages in unions.values() for message in messages], "serialization"))
    for schema in found.values():
        if "properties" in schema:  # a message is always whole
            schema["required"] = list(schema["properties"])
    found |= {name: _union(messages) for name, messages in unions.items()}
    info = {"title": "Pod playground: messages of WebSockets", "version": "v1"}
    return {"openapi": "3.1.0", "info": info, "paths": {}, "components": {"schemas": found}}


def _union(messages: Sequence[type[BaseModel]]) -> Json:
    kinds = {str(message.model_fields["type"].default): reference(message)["$ref"] for message in messages}
    union = {"oneOf": [{"$ref": ref} for ref in kinds.values()]}
    return union | {"discriminator": {"propertyName": "type", "mapping": kinds}}


def tidied(found: Any) -> Any:
    """The same without `default` and `title` of schemas; a property may well be called so."""
    match found:
        case {"properties": dict(properties), **rest}:
            return _less(rest) | {"properties": {name: tidied(schema) for name, schema in properties.items()}}
        case dict():
            return _less(found)
        case list():
            return [tidied(item) for item in found]
        case _:
            return found


def _less(schema: dict[Any, Any]) -> Json:
    is_schema = bool({"type", "$ref", "anyOf", "allOf", "oneOf", "const", "enum"} & schema.keys())
    noise = {"default", "title"} if is_schema else set()
    return {key: tidied(value) for key, value in schema.items() if key not in noise}
