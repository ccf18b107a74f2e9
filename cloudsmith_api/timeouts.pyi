from time import monotonic as monotonic

class Deadline:
    seconds: float

    def __init__(self, seconds: float) -> None: ...
    def remaining(self) -> float: ...

def check_timeout(
    name: str, value: float | tuple[float, float] | list[float]
) -> float | tuple[float, float]: ...
