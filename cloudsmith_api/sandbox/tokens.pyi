import re

JWT: re.Pattern[str]
SECRET: bytes

def make_token(now: float, expires_in: float, **claims: object) -> tuple[str, int]: ...
def encode_part(data: str | bytes) -> str: ...
