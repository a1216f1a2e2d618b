"""Input that no command can use: exit code 2, one line that names it, and nothing written."""

import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keras_infogan import extensions
from keras_infogan.commands import main
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.data import network
from keras_infogan.errors import UserError
from keras_infogan.notation import format_sum, parse, parse_sum
from keras_infogan.run_dir import RunDir

CONFIG = RunConfig(preset="quick", dataset="mnist5k")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working directory with a run, files that are none, and no network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "no-such-place"))
    monkeypatch.setattr(network, "answers", lambda: False)
    monkeypatch.setattr(extensions, "load_installed", lambda: None)
    run = RunDir(tmp_path / "run")
    run.create()
    run.write_config(CONFIG, RunOptions())
    (tmp_path / "file").write_text("text")
    (tmp_path / "empty").mkdir()
    (tmp_path / "fails.py").write_text("raise RuntimeError('two\\nlines')")
    (tmp_path / "no-json").mkdir()
    (tmp_path / "no-json" / "config.json").write_bytes(b"\xff\x00{")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "config.json").write_text("[" * 100_000)
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "runs.jsonl").write_text('{"config": 3}\n')
    (tmp_path / "version").mkdir()
    (tmp_path / "version" / "saved_model.pb").write_bytes(b"graph")
    (tmp_path / "version" / "SHA256SUMS").write_text("0  saved_model.pb\n")
    return tmp_path


def call(arguments):
    try:
        return main.main(list(arguments))
    except SystemExit as stop:
        return stop.code


def tree(path):
    return {found: found.is_file() and found.read_bytes() for found in path.rglob("*")}


REFUSED = [
    # Options of a training.
    (["train", "--preset", "quick(3)"], "quick takes no arguments. Received: quick(3)."),
    (["train", "--preset", ""], "argument --preset: must not be empty"),
    (["train", "--dataset", ""], "--dataset must not be empty"),
    (["train", "--dataset", "a\nb"], r"Received: a\nb."),
    (["train", "--dataset", "\udce9"], r"Received: \xe9."),
    (["train", "--data-dir", ""], "--data-dir must not be empty"),
    (["train", "--data-dir", "file"], "--data-dir is not a directory. Received: file."),
    (["train", "--out", ""], "argument --out: must not be empty"),
    (["train", "--out", "file"], "Cannot write to "),
    (["train", "--out", "n" * 300], "File name too long."),
    (["train", "--dataset", "/"], "The data set must be one of "),
    (["train", "--dataset", ":"], "The data set must be one of "),
    (["train", "--dataset", "mnist/.."], "mnist/.. is not prepared in "),
    (["train", "--dataset", "n" * 5000], "cannot be used: File name too long."),
    (["train", "--dataset", "folder:" + "n" * 5000], "cannot be used: File name too long."),
    (["train", "--dataset", "folder:~nobody/x"], "~nobody/x."),
    (["train", "--data-dir", "n" * 5000], "cannot be used: File name too long."),
    (["train", "--name", ""], "argument --name: must not be empty"),
    (["train", "--name", "n" * 201], "--name must be a plain name"),
    (["train", "--name", "é" * 101], "--name must be a plain name"),
    (["train", "--name", "a\udce9"], "--name must be a plain name"),
    (["train", "--callback", "x"], "No callback is registered. Received: x."),
    (["train", "--import", ""], "argument --import: must not be empty"),
    (["train", "--import", "file/x.py"], "there is no file file/x.py."),
    (["train", "--networks", "mlp(units=1.5)"], "units must be of type int"),
    (["train", "--networks", "mlp(units="], "A name may be followed by arguments"),
    (["train", "--networks", "mlp(units=__import__('os'))"], "Arguments are numbers, words"),
    (["train", "--latents", "9" * 5000 + "*cat(2)"], "A part is repeated at most 9999 times."),
    (["train", "--latents", "+"], "A name may be followed by arguments"),
    (["train", "--latents", "normal(3)"], "--latents needs at least one code, such as cat(10)."),
    (["train", "--term", "r1(" + "(" * 500 + ")"], "Arguments are numbers, words, tuples"),
    (["train", "--term", "r1({[]: 1})"], "Arguments are numbers, words, tuples"),
    (["train", "--latents", "cat({[]: 1})"], "Arguments are numbers, words, tuples"),
    (["train", "--epochs", "9" * 30], "--epochs must be a whole number of 32 bits."),
    (["train", "--seed", "1e3"], "--seed: must be a whole number. Received: 1e3."),
    (["train", "--seed", "9" * 5000], "--seed: must be a whole number."),
    (["train", "--epochs", "٠"], "--epochs must be at least 1. Received: 0."),
    (["train", "--jit=yes"], "argument --jit/--no-jit: ignored explicit argument 'yes'"),
    (["train", "--measure-jit", "--no-jit"], "give one only. Received: --no-jit."),
    (
        ["train", "--measure-jit", "--deterministic"],
        "cannot be combined with --jit or --measure-jit.",
    ),
    (["train", "--no-such-flag"], "unrecognized arguments: --no-such-flag"),
    (["train", "quick"], "unrecognized arguments: quick"),
    (["train", "two\nlines"], r"unrecognized arguments: two\nlines"),
    # Runs.
    (["train", "--resume", ""], "argument --resume: must not be empty"),
    (["train", "--resume", "file"], "file is not a run: "),
    (["train", "--resume", "empty"], "empty is not a run: there is no empty/config.json."),
    (["train", "--resume", "no-json"], "no-json/config.json is damaged: "),
    (["train", "--resume", "run", "--preset", "lab"], "contradicts the run in run"),
    (["train", "--resume", "run", "--seed", "4"], "--seed 4 contradicts the run in run"),
    (["evaluate", ""], "argument run: must not be empty"),
    (["evaluate", "no-json"], "no-json/config.json is damaged: "),
    (["evaluate", "run"], "run has no checkpoint."),
    (["evaluate", "run", "--seed", "-1"], "--seed must be from 0 to 2147483647. Received: -1."),
    (["evaluate", "run", "--seed", "x"], "argument --seed: invalid int value: 'x'"),
    (["evaluate", "run", "--out", ""], "argument --out: must not be empty"),
    (["evaluate", "run", "--data-dir", ""], "argument --data-dir: must not be empty"),
    (["evaluate", "x.keras"], "A checkpoint by itself needs --dataset and --out."),
    (["export", "no-json"], "no-json/config.json is damaged: "),
    (["export", "run"], "run has not finished: there is no run/summary.json."),
    (["export", "run", "--out", ""], "argument --out: must not be empty"),
    (["export", "a\nb"], r"a\nb is not a run"),
    (["export", "n" * 5000], "cannot be used: File name too long."),
    (["export", "run", "--out", "n" * 300], "run has not finished"),
    (["train", "--resume", "deep"], "config.json is damaged: it is nested too deeply."),
    (["compare", "--figure", "table", "--out", "a.md", "no-json"], "config.json is damaged: "),
    (["compare", "--figure", "no", "--out", "a.md", "run"], "The figure must be one of "),
    (["compare", "--figure", "table", "--out", "", "run"], "argument --out: must not be empty"),
    (["compare", "--figure", "table", "--out", "a.txt", "run"], "--out must be a .md file."),
    (["compare", "--figure", "table", "--out", "a.md"], "needs at least one run."),
    # Studies.
    (
        ["study", "--preset", "quick", "--out", "study"],
        "study/runs.jsonl: config.json does",
    ),
    (["study", "--preset", "quick(1)", "--out", "o"], "quick takes no arguments."),
    (["study", "--preset", "quick", "--out", ""], "argument --out: must not be empty"),
    (["study", "--preset", "quick", "--out", "o", "--seeds", "x"], "--seeds takes a number"),
    (["study", "--preset", "quick", "--out", "o", "--seeds", "5-1"], "--seeds takes a number"),
    (["study", "--preset", "quick", "--out", "o", "--seeds", "0"], "--seeds takes a number"),
    (["study", "--preset", "quick", "--out", "o", "--seeds", "9" * 5000], "--seeds takes a number"),
    (["study", "--preset", "quick", "--out", "o", "--seeds", "2147483648-2147483649"], "--seeds"),
    (["study", "--preset", "quick", "--out", "o", "--seeds", ""], "--seeds: must not be empty"),
    (["study", "--preset", "quick", "--out", "o", "--set", "x"], "--set takes NAME=VALUE"),
    (["study", "--preset", "quick", "--out", "o", "--set", "jit=maybe"], "must be true or false."),
    (["study", "--preset", "quick", "--out", "o", "--epochs", "0"], "--epochs must be at least 1."),
    # Exports.
    (["generate", "", "--grid", "--out", "a.png"], "argument run: must not be empty"),
    (["generate", "empty", "--grid", "--out", "a.png"], "neither a run nor an exported model."),
    (["generate", "run", "--grid", "--out", "a.png"], "run has no export yet."),
    (["generate", "version", "--grid", "--out", "a.png"], "does not agree with SHA256SUMS."),
    (["generate", "run", "--grid", "--out", "a.jpg"], "--out must be a .png file."),
    (["generate", "run", "--grid", "--out", "n" * 300 + ".png"], "Cannot write "),
    (["generate", "run", "--label", "1"], "the following arguments are required: --out"),
    (["generate", "run", "--label", "1", "--code", "1", "--out", "a.png"], "not allowed with"),
    (["generate", "run", "--grid", "--out", "a.png", "--set", "c2=nan"], "--set takes NAME=NUMBER"),
    (["generate", "run", "--grid", "--out", "a.png", "--count", "x"], "invalid int value: 'x'"),
    (["generate", "run", "--grid", "--out", "a.png", "--count", "9" * 30], "from 1 to 10000."),
    (["client", "--any", "--out", "a.png", "--count", "0"], "--count must be from 1 to 10000."),
    (["demo", "run", "--port", "99999999"], "run has no export yet."),
    (["demo", "version", "--port", "0"], "--port must be from 1 to 65535. Received: 0."),
    (["client", "--any", "--out", "a.png", "--timeout", "nan"], "--timeout must be above 0"),
    (["client", "--any", "--out", "a.png", "--version", "9" * 30], "must be a 64-bit integer."),
    (["client", "--any", "--out", "a.png", "--model", "\n"], "--model must be a printable name."),
    (["client", "--recognize", "no\nfile"], r"Cannot read no\nfile: No such file"),
    (["client", "--recognize", "/dev/zero"], "/dev/zero has more than 20,971,520 bytes."),
    (["client", "--any"], "need --out, a .png file."),
    # The program itself.
    (["trian"], "Did you mean train? Received: trian."),
    ([""], "argument COMMAND: must not be empty"),
    (["two\nlines"], r"Received: two\nlines."),
]


@pytest.mark.parametrize(("arguments", "told"), REFUSED, ids=range(len(REFUSED)))
def test_it_is_refused_in_one_line_with_exit_code_2(place, capfd, arguments, told):
    before = tree(place)
    code = call(arguments)
    out, err = capfd.readouterr()
    assert told in err
    assert (code, out, err.count("\n"), err[-1:]) == (2, "", 1, "\n")
    assert err.startswith("infogan")
    assert tree(place) == before


def test_there_are_enough_of_them():
    assert len(REFUSED) >= 60


# Whatever is written in their place

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=30)
FLAGS = [one.flag for one in {**RunConfig.options(), **RunOptions.options()}.values()]
FAST = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FAST
@given(st.lists(st.tuples(st.sampled_from(FLAGS), TEXTS), max_size=3))
def test_no_text_of_an_option_ends_in_a_traceback(place, capfd, pairs):
    flags = [f"{flag}={text}" for flag, text in pairs if flag != "--import"]
    code = call(["train", "--dataset", "no-such-set", *flags, "--dataset", "no-such-set"])
    out, err = capfd.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def paths_in(content):
    """Every place in nested dicts, as tuples of keys."""
    for key, value in content.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, *rest) for rest in paths_in(value))


WHOLE = {**CONFIG.to_json(), "run": RunOptions().to_json()}


@FAST
@given(st.sampled_from(sorted(paths_in(WHOLE))), JSON)
def test_no_content_of_a_config_ends_in_a_traceback(place, where, value):
    content = json.loads(json.dumps(WHOLE))
    inner = content
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    run = RunDir(place / "run")
    run.config.write_text(json.dumps(content))
    for read in (run.read_config, run.read_options):
        try:
            read()
        except UserError:
            pass


@FAST
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_file_in_the_place_of_a_config_ends_in_a_traceback(place, capfd, content):
    RunDir(place / "run").config.write_bytes(content)
    for command in (["train", "--resume", "run"], ["evaluate", "run"], ["export", "run"]):
        assert call(command) == 2
        assert capfd.readouterr().err.count("\n") == 1


@FAST
@given(st.text(string.ascii_letters + string.digits + "()+*=,.-'\" _[]{}:", max_size=40))
def test_parts_are_read_or_refused_and_written_as_they_are_read(text):
    try:
        terms = parse_sum(text)
    except UserError:
        return
    assert parse_sum(format_sum(terms)) == [pair for pair in terms if pair[0]] or not terms
    for _, part in terms:
        assert parse(str(part)) == part
