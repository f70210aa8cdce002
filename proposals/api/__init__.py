"""The API: what the pages show as JSON, for programs; read only, described by an OpenAPI document that it hands out."""
