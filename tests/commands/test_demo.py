"""The demo: its command line, and its page by clicks in a real browser."""

import base64
import collections
import contextlib
import importlib.metadata
import io
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
import types
import urllib.parse
import urllib.request

import keras
import numpy as np
import pytest
from PIL import Image
from serving_fixtures import facts

from keras_infogan.commands import demo, ports
from keras_infogan.latents import Categorical, Uniform
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.saved_model import export_model
from keras_infogan.serving.sheet import sheet

SIZE = 8
UPRIGHT = np.zeros((SIZE, SIZE), np.float32)
UPRIGHT[:, 3:5] = 1.0
LABELS = {"0": 1, "1": 4}  # an upright bar, and one that lies
SCORES = ("code_accuracy", "code_purity", "code_nmi", "code_ari")
ROOT = pathlib.Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
(REQUIRED,) = PROJECT["optional-dependencies"]["demo"]
PATIENCE = 60  # seconds, on a machine that does other things too


def draw(z):
    """Bars: noise z[0] is their brightness, codes z[1] and z[2] which, z[3] the background's."""
    noise, upright, lying, c2 = (z[:, i, None, None] for i in range(4))
    bar = upright * UPRIGHT + lying * UPRIGHT.T
    bright = 2.0 * bar * keras.ops.sigmoid(noise) + (1.0 - bar) * 0.2 * (c2 + 2.0)
    return (bright - 1.0)[..., None]


def read(features):
    """Which bar an image is more like, for sure, and c2 = 0.25."""
    images = keras.ops.reshape(features, (-1, SIZE, SIZE))
    logits = [keras.ops.sum(images * bar, axis=(1, 2)) for bar in (UPRIGHT, UPRIGHT.T)]
    return keras.ops.stack([*logits, 0.25 + 0.0 * logits[0]], axis=1)


@pytest.fixture(scope="module")
def run(hand_made_model, tmp_path_factory):
    """A run's directory with an exported model."""
    run = tmp_path_factory.mktemp("bars-s0")
    (run / "config.json").write_text(json.dumps({"run": {}}))
    meanings = {"c2": {"moves": "background", "rank_correlation": 1.0}}
    about = facts(LABELS, dataset="mnist", continuous=meanings)
    about["summary"]["codes"] |= dict.fromkeys(SCORES, 0.875)
    model = hand_made_model([Categorical(2), Uniform()], draw, read)
    export_model(model, run / "export" / "generator", about)
    return run


@pytest.fixture(scope="module")
def exported(run):
    return Exported(run)


@pytest.fixture(scope="module")
def address(run):
    """Address of the page, served by the command line; ended as Ctrl-C does."""
    with served(run) as address:
        yield address


@contextlib.contextmanager
def served(run, host=ports.HOST, in_url=ports.HOST, **environment):
    """Serves the page, and yields its address."""
    pytest.importorskip("gradio", reason="Gradio is not installed: requirements-demo.txt")
    temporary = tempfile.TemporaryDirectory()
    process, port = started(run, host, TMPDIR=temporary.name, **environment)
    with temporary, process:
        try:
            line = process.stdout.readline()
            address = f"http://{in_url}:{port}"
            assert line == f"{address} shows {run}. Stop with Ctrl-C.\n", process.communicate()
            yield address
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=PATIENCE) == ("", "")
            assert process.returncode == 0
            # No picture that somebody uploaded is left.
            assert list(pathlib.Path(temporary.name).glob("infogan-demo-*")) == []
        finally:
            process.kill()


def started(run, host, **environment):
    """The process of the command line, and its port."""
    port = free_port()
    command = ["export.demo", str(run), "--port", str(port), "--host", host]
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return process, port


def free_port():
    with socket.socket() as probe:
        probe.bind((ports.HOST, 0))
        return probe.getsockname()[1]


def picture(url):
    """The picture that a URL holds."""
    assert url.startswith("data:image/png;base64,")
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


class Browser:
    """The page in a browser, as a person uses it."""

    def __init__(self, driver, address):
        self.driver = driver
        driver.get(address)
        self.wait(lambda: self.all("#sheet img"))

    def wait(self, condition):
        from selenium.webdriver.support.wait import WebDriverWait

        return WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: condition())

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        (element,) = self.all(selector)
        return element

    def pixels(self, selector="#sheet img"):
        """Of a picture as the page has it; read within the page, which may replace it any time."""
        script = "return document.querySelector(arguments[0])?.src"
        url = self.driver.execute_script(script, selector) or ""
        return np.asarray(picture(url)) if url else np.zeros(0)

    def wait_for_sheet(self, exported, count=16, **arguments):
        """Waits until the sheet is what the export draws, and returns that."""
        expected = sheet(exported.sample(count, **arguments))
        with contextlib.suppress(Exception):  # the comparison says more than a timeout
            self.wait(lambda: np.array_equal(self.pixels(), expected))
        np.testing.assert_array_equal(self.pixels(), expected)
        return expected

    def open_draw(self):
        self.all("button[role=tab]")[1].click()
        self.wait(lambda: self.one("#canvas canvas").is_displayed())

    def stroke(self, *moves):
        """Draws with the mouse: the first move is from the middle of the canvas, all relative."""
        from selenium.webdriver import ActionChains

        chain = ActionChains(self.driver, duration=20)
        chain.move_to_element_with_offset(self.one("#canvas canvas"), *moves[0]).click_and_hold()
        for move in moves[1:]:
            chain.move_by_offset(*move)
        chain.release().perform()

    def drawn(self):
        """The red, green and blue of the canvas."""
        script = "return document.querySelector('#canvas canvas').toDataURL()"
        return np.asarray(picture(self.driver.execute_script(script)))[..., :3]

    def table(self):
        return self.one("#table").text.split("\n") if self.all("#table table") else []


@pytest.fixture
def page(address, chromium):
    """The page, loaded anew; what it did may not leave errors or ask other hosts."""
    page = Browser(chromium, address)
    yield page
    assert chromium.get_log("browser") == []
    hosts = collections.Counter()
    for entry in chromium.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = urllib.parse.urlsplit(message["params"]["request"]["url"])
            if url.scheme not in ("data", "blob", "chrome"):  # none of these leaves the browser
                hosts[url.hostname] += 1
    assert set(hosts) == {"127.0.0.1"}


def test_the_page_begins_with_the_first_label(page, exported):
    page.wait_for_sheet(exported, label=1, seed=0)
    assert page.one("h1").text == "InfoGAN on mnist"
    assert page.all("button[role=tab]")[0].text == "Ask for a digit"
    assert page.one("#c2").text.startswith("c2: background")


def test_another_label_changes_the_sheet(page, exported):
    before = page.pixels()
    page.all("#choice label")[1].click()
    after = page.wait_for_sheet(exported, label=4)
    assert (before != after).any()


def test_sliders_change_the_sheet(page, exported):
    from selenium.webdriver import Keys

    page.one("#c2 input[type=range]").send_keys(Keys.END)
    page.wait_for_sheet(exported, label=1, values={"c2": 2.0})
    page.one("#count input[type=range]").send_keys(Keys.HOME)
    page.wait_for_sheet(exported, label=1, values={"c2": 2.0}, count=1)


def test_the_sheet_follows_a_slider_before_it_is_let_go(page):
    from selenium.webdriver import ActionChains

    before = page.pixels()
    slider = page.one("#c2 input[type=range]")
    ActionChains(page.driver).click_and_hold(slider).move_by_offset(40, 0).perform()
    page.wait(lambda: not np.array_equal(page.pixels(), before))
    ActionChains(page.driver).release().perform()


def test_a_new_seed_changes_the_sheet(page, exported):
    before = page.pixels()
    page.one("#new-seed").click()
    page.wait(lambda: page.one("#seed input").get_attribute("value") != "0")
    seed = int(page.one("#seed input").get_attribute("value"))
    after = page.wait_for_sheet(exported, label=1, seed=seed)
    assert (before != after).any()


def test_the_sheet_is_downloaded_as_it_is_shown(page, exported, tmp_path):
    page.all("#choice label")[1].click()
    expected = page.wait_for_sheet(exported, label=4)
    page.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    page.one("#download").click()
    file = tmp_path / "digit-4-seed-0.png"
    page.wait(file.exists)
    np.testing.assert_array_equal(np.asarray(Image.open(file)), expected)


def test_no_seed_is_said_on_the_page(page):
    from selenium.webdriver import Keys

    page.one("#seed input").send_keys(Keys.BACKSPACE)
    page.wait(lambda: "The seed must be a whole number." in page.one("body").text)


def test_a_drawing_is_read_and_copied(page, exported):
    page.open_draw()
    assert page.table() == []
    page.stroke((-90, -80), (0, 60), (0, 40))
    page.wait(page.table)
    assert page.table() == [
        "digit 1 (probability 1.000)",
        "code 0 (probability 1.000)",
        "c2: background +0.25",
    ]
    assert "1 (code 0)" in page.one("#bars").text
    copy = exported.sample(1, code=0, values={"c2": 0.25})[0]
    shown = page.pixels("#pictures figure:last-child img")
    np.testing.assert_array_equal(shown, sheet(copy[None]))
    # As it is read: in the middle, however far to the left it was drawn.
    seen = page.pixels("#pictures figure:first-child img")
    middle = seen.sum(axis=0) @ np.arange(len(seen)) / seen.sum() / len(seen)
    assert abs(middle - 0.5) < 1 / SIZE


def test_clear_begins_anew(page):
    page.open_draw()
    page.stroke((0, -80), (0, 160))
    page.wait(page.table)
    page.one("#canvas .clear").click()
    page.wait(lambda: not page.table())
    assert not page.all("#pictures img")
    page.stroke((-80, 60), (160, 0))
    page.wait(page.table)
    assert page.table()[0].startswith("digit 4 ")


def test_a_picture_can_be_uploaded(page, tmp_path):
    pixels = np.full((60, 90), 255, np.uint8)
    pixels[20:26, 10:80] = 0  # ink on paper
    Image.fromarray(pixels).save(tmp_path / "bar.png")
    (tmp_path / "text.png").write_text("no picture")
    page.open_draw()
    page.stroke((0, -80), (0, 160))
    page.wait(page.table)
    assert page.table()[0].startswith("digit 1 ")
    page.one("input[type=file]").send_keys(str(tmp_path / "bar.png"))
    page.wait(lambda: page.table()[:1] == ["digit 4 (probability 1.000)"])
    page.wait(lambda: page.drawn().max() == 0)  # the canvas does not show another picture
    page.one("input[type=file]").send_keys(str(tmp_path / "text.png"))
    page.wait(lambda: "not a picture that can be read" in page.one("body").text)


def test_the_card_is_there(page):
    (button,) = [button for button in page.all("button") if button.text.startswith("Scores")]
    button.click()
    page.wait(lambda: "0.8750" in page.one("body").text)
    cells = [cell.text for cell in page.all("td")]
    assert ["0", "1", "1", "4"] == cells[-4:]


def fails(arguments, capsys):
    """The one line of a command that fails."""
    try:
        code = demo.main(arguments)
    except SystemExit as error:
        code = error.code
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("infogan demo: ")
    return err


def test_what_is_no_export_is_one_line(tmp_path, capsys):
    assert "nothing is not a directory." in fails([str(tmp_path / "nothing")], capsys)
    assert "neither a run nor an exported model." in fails([str(tmp_path)], capsys)
    (tmp_path / "config.json").write_text("{}")
    assert "has no export yet" in fails([str(tmp_path)], capsys)


def test_wrong_arguments_are_one_line(run, capsys):
    assert "unrecognized arguments: --share" in fails([str(run), "--share"], capsys)
    assert "the following arguments are required: run" in fails([], capsys)
    assert "--port must be from 1 to 65535." in fails([str(run), "--port", "70000"], capsys)


def test_a_taken_port_is_one_line(run, capsys):
    with socket.create_server((ports.HOST, 0)) as server:
        port = str(server.getsockname()[1])
        assert f"Port {port} of 127.0.0.1 is in use: choose another with --port." in fails(
            [str(run), "--port", port], capsys
        )


INSTALL = f'Install it with: pip install "{REQUIRED}"\n'


def test_without_gradio_it_says_what_to_install(run, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    assert fails([str(run), "--port", str(free_port())], capsys).endswith(INSTALL)


@pytest.mark.parametrize("version", ["5.49.1", "6.30.0", "7.0.0"])
def test_another_gradio_is_named_and_not_the_model_blamed(run, capsys, monkeypatch, version):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    line = fails([str(run), "--port", str(free_port())], capsys)
    assert line == f"infogan demo: The demo needs another Gradio than {version}. {INSTALL}"


def test_a_damaged_export_is_one_line(run, tmp_path, capsys):
    pytest.importorskip("gradio", reason="Gradio is not installed: requirements-demo.txt")
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "saved_model.pb").write_bytes(b"damaged")
    port = str(free_port())
    assert "1 cannot be read: it is damaged" in fails([str(tmp_path), "--port", port], capsys)


def test_another_address_is_told_to_be_open(run, capsys, monkeypatch):
    served = []
    monkeypatch.setattr(demo, "launch", lambda *arguments: served.append(arguments))

    class Stop:
        def wait(self):
            raise SystemExit(0)

    monkeypatch.setattr(demo, "threading", types.SimpleNamespace(Event=Stop))
    hosts = {"127.0.0.1": False, "localhost": False, "::1": False, "0.0.0.0": True, "::": True}
    for host, warned in hosts.items():
        with pytest.raises(SystemExit):
            demo.main([str(run), "--port", "7861", "--host", host])
        out, err = capsys.readouterr()
        in_url = f"[{host}]" if ":" in host else host
        assert out == f"http://{in_url}:7861 shows {run}. Stop with Ctrl-C.\n"
        assert (f"{host} can be reached from other machines" in err) == warned
        assert served.pop() == (str(run), 7861, host)


@pytest.mark.parametrize(("host", "in_url"), [("localhost", "localhost"), ("::1", "[::1]")])
def test_each_address_of_this_machine_is_served_past_a_proxy(run, host, in_url):
    closed = "http://127.0.0.1:1"
    with served(run, host, in_url, http_proxy=closed, HTTP_PROXY=closed) as address:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=PATIENCE) as answer:
            assert "InfoGAN on mnist" in answer.read().decode()


def test_hosts_that_no_proxy_is_asked_for_are_kept(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    own = "127.0.0.1,localhost"
    assert demo.offline("127.0.0.1")["no_proxy"] == own
    assert demo.offline("0.0.0.0")["no_proxy"] == f"{own},0.0.0.0"
    monkeypatch.setenv("NO_PROXY", "a.example,localhost")
    assert demo.offline("::1")["no_proxy"] == "a.example,localhost,127.0.0.1,::1"
    monkeypatch.setenv("no_proxy", "b.example")  # which wins, as for Python
    assert demo.offline("::1")["NO_PROXY"] == f"b.example,{own},::1"


def test_a_proxy_that_is_none_is_one_line(run):
    pytest.importorskip("gradio", reason="Gradio is not installed: requirements-demo.txt")
    process, _ = started(run, ports.HOST, http_proxy="ftp://nowhere")
    with process:
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("infogan demo: Gradio cannot be used: Unknown scheme for proxy URL ")


def test_a_page_that_gradio_cannot_reach_is_one_line(run, capsys, monkeypatch):
    pytest.importorskip("gradio", reason="Gradio is not installed: requirements-demo.txt")

    class Page:
        def launch(self, **options):
            raise RuntimeError("Couldn't start the app.")  # Gradio's own is an `Exception`

    module = types.SimpleNamespace(CSS="", THEME=None, build_page=lambda exported: Page())
    monkeypatch.setitem(sys.modules, "keras_infogan.serving.demo_page", module)
    port = free_port()
    said = f"Gradio cannot serve the page at http://[::1]:{port}: Couldn't start the app.\n"
    line = fails([str(run), "--port", str(port), "--host", "::1"], capsys)
    assert line == f"infogan demo: {said}"


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_an_address_of_another_machine_is_one_line(run, capsys, host):
    line = fails([str(run), "--port", str(free_port()), "--host", host], capsys)
    assert "--host" in line and f"Received: {host}" in line
