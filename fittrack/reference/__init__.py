"""The API's own description: OpenAPI document, its two pages, and the list of error codes."""
