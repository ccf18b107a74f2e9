"""Sources and display of settings: environment and files, debug report, log output."""
