"""The demo page in Gradio: one tab to ask for images, one to draw."""

import functools
import html
import pathlib
import random

import gradio as gr
from gradio.themes.utils.fonts import Font

from keras_infogan.errors import UserError
from keras_infogan.serving import drawing, model_card
from keras_infogan.serving.answers import Answers

FILES = pathlib.Path(__file__).parent / "page"
CSS = (FILES / "page.css").read_text("utf-8")
# Of the system: a web font would be fetched from somewhere.
THEME = gr.themes.Default(
    font=[Font("system-ui"), Font("sans-serif")],
    font_mono=[Font("ui-monospace"), Font("monospace")],
)
MOST_IMAGES = 64
SLIDER_STEPS = 80
NEW_SEEDS = 2**31
UPLOADS_KEPT = 3600  # seconds
# While a slider is moved, the sheet follows it as fast as it can and ends with the last value.
LIVE = {"show_progress": "hidden", "trigger_mode": "always_last", "api_visibility": "private"}
IN_BROWSER = {"fn": None, "api_visibility": "private"}
DOWNLOAD = """() => {
  const picture = document.querySelector("#sheet img");
  const link = document.createElement("a");
  link.href = picture.src;
  link.download = picture.dataset.file;
  link.click();
}"""
WIPE = """() => { document.querySelector("#canvas canvas").dispatchEvent(new Event("wipe")); }"""


def build_page(exported):
    """The Gradio app for an `Exported`.

    Raises:
        UserError: As `Answers`.
    """
    answers = Answers(exported)
    kind = "InfoGAN" if exported.reads else "Conditional GAN"
    title = f"{kind} on {answers.dataset}" if answers.dataset else kind
    what = (
        "A generator of images, and a recognizer that reads codes from them."
        if exported.reads
        else "A generator that learned from labels."
    )
    with gr.Blocks(
        analytics_enabled=False, title=title, delete_cache=(UPLOADS_KEPT, UPLOADS_KEPT)
    ) as app:
        gr.Markdown(
            f"# {title}\n{what} Everything here is computed on this machine.",
        )
        with gr.Tabs():
            article = "an" if answers.thing == "image" else "a"
            with gr.Tab(f"Ask for {article} {answers.thing}"):
                _build_ask(answers)
            if exported.reads:
                with gr.Tab("Draw"):
                    _build_draw(answers)
        with gr.Accordion("Scores, codes and labels", open=False), gr.Row():
            for heading, text in (
                ("Scores", model_card.scores(exported.about)),
                ("Codes and labels", model_card.codes_and_labels(exported.about)),
            ):
                with gr.Column():
                    gr.Markdown(f"### {heading}\n\n{text}")
    return app


def _build_ask(answers):
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            choice = gr.Radio(
                answers.choices,
                value=next(iter(answers.choices), None),
                label=answers.thing.capitalize(),
                visible=bool(answers.choices),
                elem_id="choice",
            )
            values = [
                _control(name, title, answers.exported.others[name])
                for name, title in answers.titles.items()
            ]
            count = gr.Slider(
                1, MOST_IMAGES, value=16, step=1, label="Number of images", elem_id="count"
            )
            seed = gr.Number(0, label="Seed", precision=0, elem_id="seed")
            with gr.Row():
                new_seed = gr.Button("New seed", elem_id="new-seed")
                download = gr.Button("Download PNG", variant="primary", elem_id="download")
        with gr.Column(scale=3, min_width=320):
            controls = [choice, seed, count, *values]
            first = answers.sheet(*(control.value for control in controls))
            sheet = gr.HTML(first, elem_id="sheet")

    changes = [control.change for control in controls]
    gr.on(changes, _with_errors(answers.sheet), controls, sheet, **LIVE)
    new_seed.click(lambda: random.randrange(NEW_SEEDS), None, seed, **LIVE)
    download.click(js=DOWNLOAD, **IN_BROWSER)


def _control(name, title, facts):
    """A selector for a categorical code, a slider for a continuous one."""
    if "num_values" in facts:
        return gr.Dropdown(list(range(facts["num_values"])), value=0, label=title, elem_id=name)
    low, high = facts["low"], facts["high"]
    step = (high - low) / SLIDER_STEPS
    return gr.Slider(low, high, value=facts["middle"], step=step, label=title, elem_id=name)


def _build_draw(answers):
    if answers.digits:
        gr.Markdown("Draw a digit with the mouse. It is centered and scaled like MNIST's digits.")
    else:
        gr.Markdown("Draw or upload a picture like those that the model was trained on.")
    no_bars, no_pictures, no_table = answers.nothing_read()
    with gr.Row():
        with gr.Column(scale=0, min_width=300):
            canvas = gr.HTML(
                html_template=(FILES / "canvas.html").read_text("utf-8"),
                js_on_load=(FILES / "canvas.js").read_text("utf-8"),
                elem_id="canvas",
            )
            upload = gr.UploadButton(
                "Upload a picture", file_types=["image"], type="binary", elem_id="upload"
            )
        with gr.Column(scale=1, min_width=320):
            with gr.Row():
                pictures = gr.HTML(no_pictures, scale=3, elem_id="pictures")
                table = gr.HTML(no_table, scale=2, elem_id="table")
            bars = gr.Label(no_bars, num_top_classes=3, label="Read as", elem_id="bars")

    def read_drawing(event: gr.EventData):
        # What canvas.js sends: a URL that holds the PNG file.
        return answers.read(drawing.picture_of_url(getattr(event, "png", None)))

    outputs = [bars, pictures, table]
    canvas.change(_with_errors(read_drawing), None, outputs, **LIVE)
    upload.upload(js=WIPE, **IN_BROWSER)
    upload.upload(_with_errors(answers.read), upload, outputs, **LIVE)


def _with_errors(function):
    """The function with its UserError shown on the page; Gradio reads its signature."""

    @functools.wraps(function)
    def answer(*arguments):
        try:
            return function(*arguments)
        except UserError as error:
            raise gr.Error(html.escape(str(error)), print_exception=False) from None

    return answer
