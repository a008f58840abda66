"""What one deployable needs at run time, out of constraints.txt: `runtime_requirements.py services/identity > requirements.txt`.

An argument is a package of the workspace (a folder, with extras where wanted: `contracts/chassis[relay]`) or the name of a
distribution. The output keeps versions and hashes, so `pip install --no-deps --require-hashes` takes nothing else. What needs
what is read from the "via" comments in constraints.txt; only the standard library is used, so an image can run this first.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = {"openchance-contracts": "contracts/messages", "openchance-chassis": "contracts/chassis"}
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._/-]+)(?:\[([^\]]*)\])?")


def normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def split(requirement: str) -> tuple[str, set[str]]:
    """`name[extra]>=1` → name and extras. Raises: ValueError when it is no requirement."""
    if not (match := _REQUIREMENT.match(requirement)):
        raise ValueError(f"not a requirement: {requirement}")
    return match[1], {extra.strip() for extra in (match[2] or "").split(",") if extra.strip()}


def declared(argument: str) -> Iterator[str]:
    """Names of the distributions from elsewhere that a package of the workspace declares, through our own libraries too."""
    name, extras = split(argument)
    if not (ROOT / name / "pyproject.toml").exists():
        yield normal(name)
        return
    project = tomllib.loads((ROOT / name / "pyproject.toml").read_text())["project"]
    optional = project.get("optional-dependencies", {})
    for requirement in [*project.get("dependencies", []), *(one for extra in sorted(extras) for one in optional[extra])]:
        needed, needed_extras = split(requirement)
        if folder := OURS.get(normal(needed)):
            yield from declared(f"{folder}[{','.join(sorted(needed_extras))}]")
        else:
            yield normal(needed)


def pinned(constraints: str) -> dict[str, tuple[str, set[str]]]:
    """For each distribution its lines (version and hashes) and who needs it."""
    found: dict[str, tuple[str, set[str]]] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", constraints):
        if not (match := re.match(r"([A-Za-z0-9._-]+)==", block)):
            continue
        lines = [line for line in block.splitlines() if not line.lstrip().startswith("#")]
        parents = re.findall(r"^\s+#\s+(?:via )?(?!via$)(?!-)([A-Za-z0-9._-]+)$", block, re.MULTILINE)
        found[normal(match[1])] = ("\n".join(lines), {normal(parent) for parent in parents})
    return found


def closure(roots: Iterable[str], known: dict[str, tuple[str, set[str]]]) -> list[str]:
    """The roots and all they need, sorted. Raises: KeyError for a root that is not pinned."""
    wanted = set(roots)
    if missing := sorted(wanted - known.keys()):
        raise KeyError(f"not in constraints.txt: {', '.join(missing)}; add it to constraints.in and run make lock")
    while more := {name for name, (_, parents) in known.items() if parents & wanted} - wanted:
        wanted |= more
    return sorted(wanted)


def requirements(arguments: Iterable[str]) -> list[str]:
    """The pinned lines for these packages."""
    known = pinned((ROOT / "constraints.txt").read_text())
    return [known[name][0] for name in closure((name for argument in arguments for name in declared(argument)), known)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(requirements(sys.argv[1:])) + "\n")
