"""The REST API: questions and health over HTTP, described by OpenAPI; errors follow RFC 9457."""
