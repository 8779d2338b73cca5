"""The table and the picture of ``benchmarks.tradeoff``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURE = DOCS / "benchmarks.md", DOCS / "tradeoff.svg"
BEGIN, END = "<!-- tradeoff: written by the benchmark -->", "<!-- end of tradeoff -->"
COLOURS = ("#9db8d2", "#5b8db8", "#1f4e79", "#c0504d", "#8a6d3b", "#4f7942", "#444444")


@dataclass(frozen=True)
class Shown:
    """A shape after so many rounds: how good it is, and microseconds a claim.

    ``gain`` (with its 95 % interval) is how much lower its log loss is than that of ``present``.
    """

    leaves: int
    depth: int
    rounds: int
    log_loss: float
    auroc: float
    gain: float
    low: float
    high: float
    predict: float
    explain: float
    present: bool = False

    @property
    def cost(self) -> float:
        """Of predicting and explaining a claim."""
        return self.predict + self.explain

    @property
    def name(self) -> str:
        """Its leaves and depth."""
        deep = f", depth {self.depth}" if self.depth else ""
        return f"{self.leaves} leaves{deep}"


def table(points: list[Shown]) -> str:
    """Of each kind of tree the number of rounds with the least log loss, as Markdown."""
    lines = [
        "| trees of | rounds | log loss | less than present | AUROC | predict, us | explain, us |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(one.name for one in points):
        best = min((one for one in points if one.name == name), key=lambda one: one.log_loss)
        than = f"{best.gain:+.4f} ({best.low:+.4f} to {best.high:+.4f})"
        mark, less = (" (present)", "") if best.present else ("", than)
        lines.append(
            f"| {name}{mark} | {best.rounds} | {best.log_loss:.4f} | {less} | {best.auroc:.3f} "
            f"| {best.predict:.0f} | {best.explain:.0f} |"
        )
    return "\n".join(lines)


def picture(points: list[Shown], claims: int) -> None:
    """Log loss over the cost of a claim, a line for each kind of tree, into ``docs/``."""
    import matplotlib as mpl

    mpl.rcParams["svg.hashsalt"] = "preclear"  # the same table gives the same bytes
    mpl.rcParams["svg.fonttype"] = "none"
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.6), layout="constrained")
    axes = figure.add_subplot()
    leaves = sorted({one.leaves for one in points})
    for name in dict.fromkeys(one.name for one in points):
        these = [one for one in points if one.name == name]
        axes.plot(
            [one.cost for one in these],
            [one.log_loss for one in these],
            ".:" if these[0].depth else ".-",
            color=COLOURS[leaves.index(these[0].leaves) % len(COLOURS)],
            linewidth=1.2,
            label=name,
        )
    for one in points:
        if one.present:
            axes.plot([one.cost], [one.log_loss], "o", color="#000000", fillstyle="none", ms=12)
    axes.set(
        xscale="log",
        xlabel="microseconds to predict and explain one claim",
        ylabel=f"log loss on {claims:,} later claims",
        title="25 to 200 rounds of each shape; the circle is the present one",
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, ncols=2)
    figure.savefig(PICTURE, format="svg", metadata={"Date": None, "Creator": None})


def page(points: list[Shown], claims: int, *, write: bool) -> str:
    """The table; with ``write`` it stands in ``docs/benchmarks.md``, and the picture beside it."""
    made = table(points)
    if write:
        picture(points, claims)
        text = PAGE.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", encoding="utf-8")
    return made
