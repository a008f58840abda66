"""Carries out the plan of a seed against real processes, judges what happened, and writes a report."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from chaos import bites, plan, report, scale
from chaos.run import run

_TERMINATED = 128 + signal.SIGTERM


def main() -> int:
    """0 when the verdict is as it should be, 1 when not."""
    given = _arguments()
    quieten()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))  # so that what was started is ended
    folder = given.folder or Path(tempfile.mkdtemp(prefix="openchance-chaos-"))
    try:
        well = (_one if given.bites is None else _bites)(given, folder, lambda line: print(line, flush=True))
    except asyncio.CancelledError:  # SIGTERM in the middle of a run
        return _TERMINATED
    if well and not given.folder:
        shutil.rmtree(folder)
    else:
        print(f"history and logs are in {folder}")
    return 0 if well else 1


def quieten() -> None:
    """That the broker is away is the point, and nothing to be told of."""
    for name in ("aiormq", "aio_pika", "chassis"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    warnings.filterwarnings("ignore", message="coroutine 'Connection.close' was never awaited", category=RuntimeWarning)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", choices=scale.SCALES, default="long")
    parser.add_argument("--events", type=int, help="of the probe; the scale's unless given")
    parser.add_argument("--without", choices=bites.EXPECTED, help="switch this safeguard off")
    parser.add_argument(
        "--bites", nargs="*", choices=bites.EXPECTED, help="the small plan with every safeguard, and without each in turn, or without these"
    )
    parser.add_argument("--plan", action="store_true", help="print the plan alone")
    parser.add_argument("--report", type=Path, help="write the report into this file")
    parser.add_argument("--folder", type=Path, help="where logs and history stay; unless given a temporary one, removed when all went well")
    return parser.parse_args()


def _one(given: argparse.Namespace, folder: Path, say: Callable[[str], None]) -> bool:
    size = scale.SCALES[given.scale]
    intended = plan.make(replace(size, events=given.events) if given.events else size, given.seed)
    say("\n".join(intended.lines()))
    if given.plan:
        return True
    outcome = run(intended, folder, without=given.without, say=say)
    say("\n".join([*outcome.verdict.lines(), f"{outcome.seconds:.0f} s"]))
    if given.report:
        command = f"make chaos SEED={given.seed}{f' EVENTS={given.events}' if given.events else ''}"
        _write(given.report, report.report(outcome, f"Chaos run, seed {given.seed}", command))
    return outcome.verdict.clean


def _bites(given: argparse.Namespace, folder: Path, say: Callable[[str], None]) -> bool:
    outcomes = {}
    for without in given.bites or bites.EXPECTED:
        say(f"== without {without}")
        outcomes[without] = bites.bite(given.seed, without, folder / without, say)
        say("\n".join(outcomes[without].verdict.lines(most=2)))
    if given.report:
        _write(given.report, bites.report(outcomes, given.seed))
    wrong = [without for without, outcome in outcomes.items() if not bites.as_expected(outcome, without)]
    if wrong:
        say(f"not as expected: {', '.join(wrong)}")
    return not wrong


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
