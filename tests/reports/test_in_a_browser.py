"""Reports and live pages in Chromium: on a phone and on wide screens, by pointer and by keys."""

import contextlib
import importlib.util
import pathlib
import threading

import pytest

from keras_infogan.files import append_jsonl, read_jsonl
from keras_infogan.reports import live, page

WIDTHS = (360, 800, 1400)
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def axe():
    """The script that checks a page for accessibility."""
    found = importlib.util.find_spec("axe_core_python")
    if found is None:
        pytest.skip("axe-core-python is not installed")
    return (pathlib.Path(found.origin).parent / "axe.min.js").read_text()


@pytest.fixture
def show(chromium, tmp_path):
    """A function: runs and options of `page.write` → the browser, which shows their report."""

    def make(*runs, **options):
        path = tmp_path / "report.html"
        page.write(path, [run.path for run in runs], **options)
        chromium.get_log("browser")
        chromium.get(path.as_uri())
        return chromium

    return make


def emulate(browser, width, scheme="light"):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def findings(browser, axe):
    """What axe finds that is serious: `(rule, first element)`."""
    browser.execute_script(axe)
    violations = browser.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {resultTypes: ['violations']}).then((found) => done(found.violations))"
    )
    return [(v["id"], v["nodes"][0]["html"]) for v in violations if v["impact"] in SERIOUS]


@pytest.mark.parametrize("lab", [False, True])
def test_pages_fit_every_width_and_are_accessible(make_run, evaluate, tiny_model, show, axe, lab):
    first, second = make_run("one"), make_run("two", finished=False, batch_size=4)
    evaluate(first)
    browser = show(first, second, lab=lab, models={first.path: tiny_model()})
    browser.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true })")
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            emulate(browser, width, scheme)
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
            assert findings(browser, axe) == [], (width, scheme)
    assert browser.get_log("browser") == []


def test_curves_show_their_values_to_the_arrow_keys(make_run, show):
    browser = show(make_run())
    drawing = browser.find_element("css selector", ".drawing")
    values = browser.find_element("css selector", ".values")
    drawing.send_keys("")
    browser.execute_script("arguments[0].focus()", drawing)
    assert values.text.startswith("Step 10: discriminator 1.300, generator (adversarial) 0.700")
    drawing.send_keys("\ue012")  # left
    assert values.text.startswith("Step 5: discriminator 1.300")


def test_curves_show_their_values_to_a_tap(make_run, show):
    browser = show(make_run())
    browser.execute_script(
        "const drawing = document.querySelector('.drawing');"
        "const clientX = drawing.getBoundingClientRect().left;"
        "drawing.dispatchEvent(new PointerEvent('pointerdown', {clientX}))"
    )
    values = browser.find_element("css selector", ".values")
    assert values.text.startswith("Step 5: discriminator 1.300")


def test_the_slider_shows_the_picture_of_its_step(make_run, show):
    browser = show(make_run())
    assert browser.find_element("css selector", ".frame.shown").text == "step 10"
    browser.execute_script(
        "const slider = document.querySelector('.player input');"
        "slider.value = 0; slider.dispatchEvent(new Event('input'))"
    )
    assert browser.find_element("css selector", ".frame.shown").text == "step 5"


@pytest.fixture
def follow(chromium):
    """A function: a run → the browser, which shows its live page."""
    with contextlib.ExitStack() as stack:

        def make(run):
            server = stack.enter_context(live.LiveServer(("127.0.0.1", 0), live.LivePage(run.path)))
            threading.Thread(target=server.serve_forever).start()
            stack.callback(server.shutdown)
            chromium.get_log("browser")
            chromium.get(f"http://127.0.0.1:{server.server_address[1]}")
            return chromium

        yield make


def test_the_live_page_takes_what_is_new_and_keeps_what_is_open(make_run, follow):
    run = make_run(finished=False, epochs=20)
    browser = follow(run)
    browser.execute_script("return refresh()")
    assert browser.find_element("css selector", "progress").get_attribute("value") == "10"
    values = browser.find_element("css selector", ".chart details summary")
    values.click()
    picture = browser.find_element("css selector", ".pictures img")
    append_jsonl(run.metrics, read_jsonl(run.metrics)[-1] | {"step": 15, "seconds": 15.0})
    browser.execute_script("return refresh()")
    assert browser.find_element("css selector", "progress").get_attribute("value") == "15"
    table = browser.find_element("css selector", ".chart details table")
    assert table.is_displayed() and "15" in table.text
    focused = browser.switch_to.active_element
    assert focused.tag_name == "summary" and focused.text.startswith("Values of Losses")
    assert picture.is_displayed()  # the same element: what has not changed is left alone
    assert browser.get_log("browser") == []


def test_the_live_page_fits_every_width_and_is_accessible(make_run, follow, axe):
    browser = follow(make_run(finished=False, epochs=20))
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            emulate(browser, width, scheme)
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
            assert findings(browser, axe) == [], (width, scheme)


def test_the_live_page_says_when_nobody_answers(make_run, follow):
    browser = follow(make_run(finished=False))
    away = browser.find_element("css selector", "#away")
    assert not away.is_displayed()
    browser.execute_script("window.fetch = () => Promise.reject(); return refresh()")
    assert away.is_displayed()
