"""The body of an error."""

from .model import Field, Model


class ErrorDetail(Model):
    """The body of an error response. Exceptions have these fields as attributes; no method returns this model."""

    model_fields = (
        Field('code', 'str', min_length=1),
        Field('detail', 'str', min_length=1, required=True),
        Field('fields', 'dict(str, list[str])'),
    )
