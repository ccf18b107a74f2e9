"""Checks, sources and display of settings: validators, environment and files, debug report, log output."""
