"""Makes the fakes importable from every test of payments (pytest imports test files by path, not by package)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
