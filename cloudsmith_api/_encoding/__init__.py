"""Values to the wire and back, without I/O: building a request, and serialization."""
