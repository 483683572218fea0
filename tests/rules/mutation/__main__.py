"""`python -m tests.rules.mutation`: plants every fault, and fails unless each is found or named as no fault at all.

python -m tests.rules.mutation data    faults in the law's data, in memory
python -m tests.rules.mutation code    faults in the code that reads it, each in a process of its own
python -m tests.rules.mutation known   the same from what earlier runs have found out and must be so still; tries nothing
python -m tests.rules.mutation proofs  what `python -m rules verify` proves
python -m tests.rules.mutation         all of them

Each writes its section of docs/verification.md.
"""

from __future__ import annotations

import sys

from tests.rules.mutation.report import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
