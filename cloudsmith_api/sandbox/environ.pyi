HEADERS: str
CUT: str
DRIP: str
