"""The lowest layer: validation of arguments, URLs, headers, JSON text, redaction and a clock."""
