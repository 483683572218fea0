"""Faults planted in the law and in the code that reads it, each of which some test must find."""
