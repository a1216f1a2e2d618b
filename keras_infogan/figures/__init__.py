"""Figures that set runs side by side, or show what the theory says, by name."""

import dataclasses
import importlib


@dataclasses.dataclass(frozen=True)
class Figure:
    """A figure of `python -m keras_infogan.commands.compare`.

    Args:
        home: Where its function is, as `"module.function"` of this package, imported when it is
            drawn: what is wrong with a command line is told before that. The function takes the
            file to write, then what the figure needs.
        shows: What it shows, in a line.
        needs_runs: Whether it is about runs, a list of `RunDir`.
        needs_steps: Whether it is about some of their steps, a list of numbers.
        suffix: Kind of file that it writes.
    """

    home: str
    shows: str
    needs_runs: bool = True
    needs_steps: bool = False
    suffix: str = ".png"

    def draw(self, out, runs=(), steps=()):
        """Draws it into a file, see its function."""
        module, function = self.home.split(".")
        home = importlib.import_module(f"keras_infogan.figures.{module}")
        needs = ([runs] if self.needs_runs else []) + ([steps] if self.needs_steps else [])
        getattr(home, function)(out, *needs)


FIGURES = {
    "codes": Figure("images.codes", "the last grid of each run: codes, or samples"),
    "traversals": Figure("images.traversals", "each continuous code from -2 to 2"),
    "steps": Figure("images.steps", "the grids of the steps of --steps", needs_steps=True),
    "interpolation": Figure("images.interpolation", "images between pairs of noises"),
    "curves": Figure("curves.draw", "losses, probabilities and information, a line a run"),
    "table": Figure("table.write", "scores of finished runs, in Markdown", suffix=".md"),
    "generator-costs": Figure(
        "theory.generator_costs", "J_G against D(G(z)) of three objectives", needs_runs=False
    ),
    "optimal-discriminator": Figure(
        "theory.optimal_discriminator", "D* = p_data / (p_data + p_model)", needs_runs=False
    ),
    "xy-game": Figure(
        "theory.xy_game", "gradient steps that circle, and averaging", needs_runs=False
    ),
}
