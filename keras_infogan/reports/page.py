"""The page of a report, and that of a run that is going on."""

import dataclasses
import itertools
import pathlib
import re

import jinja2
import markupsafe

from keras_infogan import files
from keras_infogan.reports import charts, comparison, facts, reported, sections

TEMPLATES = pathlib.Path(__file__).parent / "templates"
CITATION = """\
@inproceedings{chen2016infogan,
  title     = {InfoGAN: Interpretable Representation Learning by Information Maximizing
               Generative Adversarial Nets},
  author    = {Chen, Xi and Duan, Yan and Houthooft, Rein and Schulman, John and
               Sutskever, Ilya and Abbeel, Pieter},
  booktitle = {Advances in Neural Information Processing Systems 29},
  year      = {2016}
}
@software{keras_infogan,
  title  = {keras_infogan: InfoGAN in Keras 3 and TensorFlow},
  author = {{The keras_infogan authors}}
}"""


def write(path, runs, lab=False, models=None):
    """Writes the report of one run or several.

    Args:
        path: The .html file.
        runs: Paths of run directories.
        lab: Whether it has the form of the lab handout's report.
        models: `{run: model}` of those that are loaded already; else a run's newest checkpoint is.

    Raises:
        UserError: If a run cannot be read; nothing is written then.
    """
    text = render(runs, lab, models)
    files.write_text(pathlib.Path(path), text)


def render(runs, lab=False, models=None):
    """The page's text; see `write`."""
    all_facts = [facts.read(run) for run in runs]
    if len({own.name for own in all_facts}) < len(all_facts):
        all_facts = [dataclasses.replace(own, name=str(own.run.path)) for own in all_facts]
    drawn = _numbered_charts()
    shown = []
    for run, own in zip(runs, all_facts, strict=True):
        model = models[run] if models and run in models else _model(own)
        with files.damage_told(run):
            shown.append(sections.sections(own, model, drawn))
    with files.damage_told(", ".join(map(str, runs))):
        return _page(
            "lab.html" if lab else "report.html",
            title=", ".join(own.name for own in all_facts),
            runs=shown,
            compared=comparison.compared(all_facts, drawn) if len(shown) > 1 else None,
            citation=CITATION,
            paper=reported.PAPER,
        )


def render_live(path):
    """The text of the page that follows a run; it takes the next one by itself.

    Args:
        path: The run's directory.

    Raises:
        UserError: If it cannot be read.
    """
    own = facts.read(path)
    with files.damage_told(path):
        shown = sections.live(own, _numbered_charts())
        return _page("live.html", title=own.name, run=shown, problem=None)


def render_problem(path, problem):
    """The text of `render_live` in place of a run that cannot be read, with the reason."""
    return _page("live.html", title=path.resolve().name, run=None, problem=problem)


def _numbered_charts():
    """A function: a `Chart` → what the template shows of it, numbered in its page."""
    number = itertools.count(1)
    return lambda chart: charts.drawn(chart, next(number))


def _page(template, **shown):
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["formula"] = _formula
    names = ("style.css", "script.js", "live.js")
    parts = {name.partition(".")[0]: (TEMPLATES / name).read_text("utf-8") for name in names}
    try:
        text = environment.get_template(template).render(parts, **shown)
    except jinja2.UndefinedError as error:  # what a dict lacks
        raise KeyError(str(error)) from None
    # A path need not be UTF-8.
    return text.encode("utf-8", "backslashreplace").decode()


def _model(own):
    checkpoint = own.run.latest_checkpoint()
    if checkpoint is None:
        return None
    from keras_infogan.saving import load_model

    return load_model(checkpoint)


def _formula(text):
    """A formula in which L_D has an index."""
    return markupsafe.Markup(re.sub(r"_(\w+)", r"<sub>\1</sub>", str(markupsafe.escape(text))))
