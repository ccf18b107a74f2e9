"""Where settings come from and how they are shown: environment and files, debug report, log output."""
