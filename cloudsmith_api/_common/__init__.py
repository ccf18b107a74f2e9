"""The ground floor: validation of arguments, URLs, headers, JSON text and redaction."""
