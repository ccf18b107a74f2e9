"""The version of this package, stated here only."""
__version__ = '1.0.0'
