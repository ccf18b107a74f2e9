"""Fuzzing: checks that hold for any response and any call, and a program that searches for an input that fails one."""
