"""Draw how plan and bound of a study meet: `python benchmarks/bound_over_time.py STUDY OUT.svg`."""

import argparse
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import entrepot
from entrepot.location import Progress

WIDTH, HEIGHT = 760, 360
LEFT, RIGHT, TOP, BOTTOM = 78, 16, 34, 44
PLAN, BOUND, INK, GRID = "#0b6e4f", "#b3541e", "#333333", "#dddddd"
MILLION = 1e6


@dataclass(slots=True)
class Recorder:
    """Keeps every line of progress."""

    lines: list[Progress] = field(default_factory=list)

    def report(self, progress: Progress) -> None:
        """Keep it."""
        self.lines.append(progress)

    def should_stop(self) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class Frame:
    """Where seconds and EUR m lie on the page."""

    seconds: float
    low: float
    high: float

    def x(self, second: float) -> float:
        """Horizontal place."""
        return LEFT + (WIDTH - LEFT - RIGHT) * second / self.seconds

    def y(self, amount: float) -> float:
        """Vertical place, inside the frame."""
        inside = min(max(amount, self.low), self.high)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (inside - self.low) / (self.high - self.low)


def steps(frame: Frame, points: list[tuple[float, float]]) -> str:
    """Path that holds each value until the next one."""
    path, last = "", None
    for second, amount in points:
        x, y = frame.x(second), frame.y(amount)
        path += f"M{x:.1f} {y:.1f}" if last is None else f"H{x:.1f}V{y:.1f}"
        last = y
    return path + f"H{frame.x(frame.seconds):.1f}"


def drawing(lines: list[Progress], title: str) -> str:
    """The figure as SVG."""
    plan = [(line.elapsed, line.value / MILLION) for line in lines if np.isfinite(line.value)]
    bound = [(line.elapsed, line.bound / MILLION) for line in lines if np.isfinite(line.bound)]
    best, least = plan[-1][1], bound[-1][1]
    room = max(4.0 * (least - best), 0.02 * abs(best))
    frame = Frame(max(line.elapsed for line in lines), best - 0.6 * room, least + room)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="{INK}"><rect width="100%" height="100%" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="14">{title}</text>',
    ]
    for amount in nice_ticks(frame.low, frame.high):
        y = frame.y(amount)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{amount:,.0f}</text>')
    for second in nice_ticks(0.0, frame.seconds):
        place = f'x="{frame.x(second):.1f}" y="{HEIGHT - BOTTOM + 18}"'
        parts.append(f'<text {place} text-anchor="middle">{second:g}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">seconds</text>')
    parts.append(f'<text x="8" y="{TOP + 2}">EUR m</text>')
    for points, colour, label in ((bound, BOUND, "no plan is worth more"), (plan, PLAN, "best plan")):
        parts.append(f'<path d="{steps(frame, points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = frame.y(points[-1][1]) + (-8 if colour == BOUND else 18)
        parts.append(
            f'<text x="{WIDTH - RIGHT}" y="{y:.1f}" text-anchor="end" fill="{colour}">{label}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def nice_ticks(low: float, high: float) -> list[float]:
    """About five round numbers between two others."""
    rough = (high - low) / 5.0
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough)
    return [float(tick) for tick in np.arange(np.ceil(low / step), high / step + 1e-9) * step]


def main() -> None:
    """Plan the study and write the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--gap", type=float, default=0.001)
    asked = parser.parse_args()
    instance = entrepot.assemble(entrepot.read_study(asked.study))
    recorder = Recorder()
    result = entrepot.plan(instance, gap=asked.gap, seconds=asked.seconds, watcher=recorder)
    lines = [line for line in recorder.lines if line.elapsed > 0.0]
    if result.plan is None or not np.isfinite(result.proof.claimed_bound):
        parser.exit(1, "There is no plan, or no bound, to draw. Give it more --seconds.\n")
    title = f"{Path(asked.study).name}: plan and bound, gap {result.proof.gap:.2%} at the end"
    asked.out.write_text(drawing(lines, title), encoding="utf-8")


if __name__ == "__main__":
    main()
