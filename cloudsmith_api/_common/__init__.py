"""Shared by all rooms: validation of arguments, URLs, headers, JSON text, redaction and a clock."""
