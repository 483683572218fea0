"""Faults in the code that reads the law."""

def run(number=None):
    return []
