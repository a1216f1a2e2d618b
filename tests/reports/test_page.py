"""The page of one run, whatever the run is."""

import html.parser
import json
import re
import time

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from keras_infogan import registry
from keras_infogan.errors import UserError
from keras_infogan.files import read_json, read_jsonl, write_json, write_jsonl
from keras_infogan.pictures import save_grid
from keras_infogan.reports import facts, page, sections


class Text(html.parser.HTMLParser):
    """The words of a page, and the pictures, links and identifiers in it."""

    def __init__(self, page):
        super().__init__()
        self.words, self.pictures, self.identifiers, self.targets = [], [], [], []
        self._hidden = 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self._hidden += tag in ("style", "script", "svg")
        if tag == "img":
            self.pictures.append(attributes)
        if "id" in attributes:
            self.identifiers.append(attributes["id"])
        self.targets += [attributes[key] for key in ("src", "href") if key in attributes]

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "script", "svg")

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)

    def __str__(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


def read(run, **options):
    return Text(page.render([run.path], **options))


def test_a_finished_run_is_described_with_its_scores_and_pictures(make_run, evaluate):
    run = make_run()
    evaluate(run)
    shown = read(run)
    text = str(shown)
    for words in (
        "finished, step 10 of 10",
        "one-to-one accuracy 0.912",
        "2.100 2.303 91.0%",
        "c2 slant 0.97 100%",
        "c2 0.97 0.10 0.20 0.30 0.00",  # all properties
        "its figure is the best of 5: slant, stroke width, ink, width, height",
        "Fréchet distance 12.3 1.2",
        "InfoGAN, Chen et al., 2016, section 7.2 one-to-one accuracy .95 0.912",
        "The health checks found no problem.",
        f"infogan generate {run.path} --label 9",
        "@inproceedings{chen2016infogan",
        "@software{keras_infogan,",
    ):
        assert words in text, words
    assert all(picture["alt"] for picture in shown.pictures)
    # Two grids, a traversal, two frames, ten rows of labels.
    assert len(shown.pictures) == 2 + 1 + 2 + 10
    assert len(set(shown.identifiers)) == len(shown.identifiers)


def test_the_page_needs_no_other_file(make_run):
    for target in read(make_run()).targets:
        assert target.startswith(("data:", "#", "https://arxiv.org/", "https://github.com/")), (
            target
        )


def test_a_row_of_a_label_is_the_row_of_its_code(make_run):
    run = make_run(latents="normal(3) + cat(3)")
    table = np.stack([np.full((3, 8, 8, 1), value) for value in (-1.0, 0.0, 1.0)])
    save_grid(run.image("noise-by-code", 10), table)
    # Values 0, 1, 2 mean labels 0, 1, 2 (see `summary_of`: (value + 3) % 3).
    rows = sections.by_label(facts.read(run.path))
    assert [(label, value) for label, value, _ in rows] == [("0", 0), ("1", 1), ("2", 2)]
    assert [row["height"] for _, _, row in rows] == [8, 8, 8]


def test_rows_of_labels_are_in_the_order_of_their_numbers(make_run):
    run = make_run(latents="normal(3) + cat(12)")
    save_grid(run.image("noise-by-code", 10), np.zeros((12, 3, 8, 8, 1)))
    labels = [label for label, _, _ in sections.by_label(facts.read(run.path))]
    assert labels == [str(number) for number in range(12)]


def test_losses_are_written_as_formulas_and_the_objective_is_named(make_run):
    text = str(read(make_run(generator_loss="minimax", information_weight=2.0)))
    assert "The objective is minimax ." in text
    assert "L G = E log(1 − D(G(z)))" in text
    assert "L G + 2 · L cat + 0.1 · L cont" in text


@pytest.mark.parametrize("name", registry.names("objective"))
def test_every_objective_has_formulas(make_run, name):
    text = str(read(make_run(generator_loss=name)))
    assert f"The objective is {name.replace('_', ' ')} ." in text
    assert re.search(r"L D = ", text)


def test_settings_stand_beside_those_of_the_sources(make_run):
    text = str(read(make_run(preset="quick")))
    assert "option this run preset quick lab handout slide deck, InfoGAN" in text
    assert "batch size 8 128 64 128" in text
    assert "lab handout: the lab handout, 64×64, without any addition (preset lab-plain)" in text


def test_networks_are_listed_with_shapes_and_parameters(make_run, tiny_model):
    run = make_run()
    model = tiny_model()
    shown = str(read(run, models={run.path: model}))
    for name in ("generator", "trunk", "discriminator", "recognizer"):
        count = getattr(model, name).count_params()
        assert f"{name.capitalize()} " in shown and f"{count:,} parameters" in shown
    assert "8×8×1" in shown


# Runs that lack something


def test_an_unfinished_run_says_how_to_resume(make_run):
    run = make_run(finished=False)
    text = str(read(run))
    assert "The run has not finished." in text and "not finished, step 10 of 10" in text
    assert f"infogan train --resume {run.path}" in text
    assert "The run has no checkpoint yet" in text


def test_a_run_that_has_only_begun_has_a_page(make_run):
    run = make_run(finished=False)
    run.metrics.unlink()
    for picture in run.images.iterdir():
        picture.unlink()
    text = str(read(run))
    assert "no points in its metrics.jsonl yet" in text and "no pictures yet" in text


def test_a_run_that_was_stopped_before_its_first_point_shows_what_it_has(make_run, tiny_model):
    run = make_run(finished=False)
    run.metrics.unlink()
    tiny_model().save(run.checkpoint(10))
    shown = read(run)
    assert "not finished, step 10" in str(shown) and shown.pictures


def test_a_failed_run_says_what_went_wrong(make_run):
    problem = {"step": 10, "problem": "not finite", "seen": "d_loss not finite", "remedy": "Lower"}
    run = make_run(health=[problem], metrics={"d_loss": float("nan")})
    text = str(read(run))
    assert "The run failed by step 10." in text
    assert "not finite , steps 10 to 10: d_loss not finite. Lower." in text


def test_color_images(make_run):
    shown = read(make_run(channels=3))
    assert all(picture["src"].startswith("data:image/") for picture in shown.pictures)


def test_no_continuous_code(make_run):
    text = str(read(make_run(latents="normal(3) + cat(10)")))
    assert "Continuous codes" not in text and "L cont" not in text


def test_no_categorical_code(make_run):
    text = str(read(make_run(latents="normal(3) + uniform(-1, 1)")))
    assert "L cat" not in text and "c1 slant" in text and "Images by" not in text


def test_two_categorical_codes_are_each_described(make_run):
    text = str(read(make_run(latents="normal(3) + 2*cat(5)")))
    assert "Code c1" in text and "Code c2" in text
    assert "What each value of c2 stands for" in text


def test_a_plain_gan(make_run):
    run = make_run(model="gan", latents="normal(3)")
    text = str(read(run))
    assert "A plain GAN has no codes." in text and "Samples from different noise" in text
    assert f"infogan generate {run.path} --grid" in text and "infogan demo" not in text


def test_scores_of_another_step_are_left_out(make_run, evaluate):
    run = make_run()
    evaluate(run)
    write_json(run.evaluation, read_json(run.evaluation) | {"step": 5})
    assert "Fréchet" not in str(read(run))


def test_an_unfinished_run_shows_its_last_scores_and_says_of_which_step(make_run, evaluate):
    run = make_run()
    evaluate(run)
    scores = read_json(run.evaluation) | {"step": 5, "epoch": 1.0}
    run.evaluations.write_text(json.dumps(scores) + "\n")
    run.evaluation.unlink()
    run.summary.unlink()
    text = str(read(run))
    assert "Its scores are those of step 5." in text and "one-to-one accuracy 0.912" in text


def test_the_handouts_form(make_run):
    shown = read(make_run(), lab=True)
    found = re.findall(r"(\d)\. (Introduction|Set-up|The gen|Results|Discussion|Demo)", str(shown))
    assert [number for number, _ in found] == list("123456")
    assert "This run used the non saturating loss." in str(shown)


# Several runs


def test_several_runs_are_set_side_by_side(make_run):
    runs = [make_run("one"), make_run("two", batch_size=4, seed=9)]
    text = str(Text(page.render([run.path for run in runs])))
    assert "Options in which the runs differ option one two seed 3 9 batch size 8 4" in text
    assert "one-to-one accuracy of c1 0.912 0.912" in text
    assert "Loss of D" in text


def test_runs_of_one_name_are_told_apart_by_their_paths(make_run, tmp_path):
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
    runs = [make_run("here/run"), make_run("there/run", seed=9)]
    text = page.render([run.path for run in runs])
    shown = str(Text(text))
    assert f"Scores score {runs[0].path} {runs[1].path}" in shown
    (loss,) = re.findall(r'aria-label="Loss of D, steps[^"]*"', text)
    assert f"{runs[0].path} 1.300" in loss and f"{runs[1].path} 1.300" in loss


def test_runs_of_different_kinds_are_set_side_by_side(make_run):
    runs = [make_run("info"), make_run("plain", model="gan", latents="normal(3)")]
    text = str(Text(page.render([run.path for run in runs])))
    assert "model infogan gan" in text and "information of c1, nats 2.100 –" in text


# Damage


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("summary", "{"),
        ("evaluation", "[1]"),
        ("summary", '{"codes": 3, "steps": 10}'),
        ("metrics", '{"d_loss": 1.0}\n'),
        ("metrics", '{"step": 10, "epoch": 0}\n'),
        ("health", '{"what": 1}\n'),
        ("config", "{}"),
    ],
)
def test_damaged_files_are_told_in_one_line(make_run, file, content):
    run = make_run()
    getattr(run, file).write_text(content)
    with pytest.raises(UserError, match="damaged|not a run") as error:
        page.render([run.path])
    assert "\n" not in str(error.value)


def test_a_damaged_picture_is_named(make_run):
    run = make_run()
    run.image("noise-by-code", 10).write_bytes(b"no picture")
    with pytest.raises(UserError, match="noise-by-code-0000010.png is damaged"):
        page.render([run.path])


def test_names_of_labels_cannot_break_the_page(make_run):
    run = make_run(latents="normal(3) + cat(3)")
    summary = read_json(run.summary)
    summary["label_names"] = ["<script>alert(1)</script>", 'a"b', "c&d"]
    write_json(run.summary, summary)
    text = page.render([run.path])
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text


def test_large_pictures_are_made_smaller(make_run):
    run = make_run()
    noise = np.random.default_rng(0).integers(0, 256, (1400, 1400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(run.image("noise-by-code", 10))
    shown = read(run)
    assert max(int(picture["width"]) for picture in shown.pictures) <= 700
    assert any(picture["src"].startswith("data:image/webp") for picture in shown.pictures)


def test_a_report_of_three_epochs_takes_seconds_and_is_small(make_run, evaluate, tiny_model):
    """As many points and pictures as `lab` leaves after 2,811 steps, of 64×64 pixels."""
    run = make_run(preset="lab", latents="normal(3) + cat(10)", image_size=64, epochs=3)
    evaluate(run)
    point = read_jsonl(run.metrics)[-1]
    steps = [*range(100, 2811, 100), 2811]
    write_jsonl(run.metrics, [point | {"step": n, "epoch": n / 937} for n in steps])
    write_json(run.summary, read_json(run.summary) | {"steps": 2811})
    write_json(run.evaluation, read_json(run.evaluation) | {"step": 2811})
    noise = np.random.default_rng(0).normal(size=(10, 10, 64, 64, 1))
    table = np.tanh(50 * gaussian_filter(noise, (0, 0, 4, 4, 0)))  # blots, of digits' edges
    for step in (100, 200, 300, 500, 1000, 1500, 2000, 2500, 2811):
        save_grid(run.image("noise-by-code", step), table)
        save_grid(run.image("codes-by-noise", step), table.swapaxes(0, 1))
    run.evaluation_pictures.mkdir()
    save_grid(run.evaluation_pictures / "images-by-code.png", table)
    path, model = run.path / "report.html", tiny_model()
    begun = time.process_time()  # of this process alone, whatever else the machine does
    page.write(path, [run.path], models={run.path: model})
    assert time.process_time() - begun < 15
    assert 300_000 < path.stat().st_size < 4_000_000
    assert "finished, step 2,811 of 2,811" in str(Text(path.read_text()))
