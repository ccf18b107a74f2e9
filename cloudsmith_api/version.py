"""The one place that states the release."""
__version__ = '1.0.0'
