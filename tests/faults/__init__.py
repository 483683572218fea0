"""What must never be lost, on real servers and files: processes killed, the power cut, the disk full, all at once.

`make faults`, or `python -m tests.faults [PART ...] [--times NUMBER]`; docs/verification-of-the-record.md has what came
of it. Needs PostgreSQL and strace; a full disk is a small file system in memory, so that part needs root.
"""
