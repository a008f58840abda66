"""`python tests/chaos`: carries out the plan of a seed, judges what happened, and writes a report."""

from __future__ import annotations

import sys

from chaos.command import main

if __name__ == "__main__":
    sys.exit(main())
