"""Convert values to the wire format and back: request building and serialization."""
