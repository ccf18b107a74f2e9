"""Fuzzing: what is checked of any answer and of any call, and the program that looks for one that fails the check."""
