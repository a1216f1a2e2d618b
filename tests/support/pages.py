"""The pages of the documentation, and the commands, code and links in them."""

import pathlib
import re
import shlex

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATHS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "results" / "recipe.md"]
PATHS.append(ROOT / "export" / "serving" / "README.md")
PAGES = {str(path.relative_to(ROOT)): path.read_text() for path in PATHS}

MODULES = {"export": "export", "export.generate": "generate", "export.client": "client"}
MODULES |= {"export.demo": "demo"}


def blocks(page, language):
    """The fenced blocks of a language in a page's text."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def inline(page):
    """The inline code of a page's text."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", page, flags=re.M | re.S))


def commands(page):
    """`(program, arguments)` of each command of ours in a page's text.

    The program is a module of `keras_infogan.commands`. Inline code is a command if it has
    arguments; otherwise it only mentions the program.
    """
    lines = []
    for block in blocks(page, "bash"):
        lines += block.replace("\\\n", " ").splitlines()
    shell = [part for line in lines for part in _split(line)]
    mentioned = [found for text in inline(page) for found in _split(text)]
    named = [_named(words) for words in shell]
    named += [found for found in map(_named, mentioned) if found and found[1]]
    return [(program, tuple(arguments)) for program, arguments in filter(None, named)]


def experiment_commands():
    """The commands of the experiments, `compare` and its `...` written out."""
    page = re.sub(r"`compare \.\.\. ", "`compare runs/a runs/b ", PAGES["docs/experiments.md"])
    return commands(re.sub(r"`compare ", "`infogan compare ", page))


def all_commands():
    """Every command of ours in the documentation, once; see `commands`."""
    written = [page for name, page in PAGES.items() if name != "docs/options.md"]  # generated
    found = {one for page in written for one in commands(page)}
    return sorted({*found, *experiment_commands()})


def flags(page):
    """Every `--flag` in the code of a page's text."""
    code = [*blocks(page, "bash"), *inline(page)]
    return {flag for text in code for flag in re.findall(r"(?<![\w-])--[a-z][\w-]*", text)}


def links(page):
    """The targets of links and pictures in a page's text that are not on the web."""
    targets = re.findall(r"\]\(([^)\s]+)\)", page)
    return [target.partition("#")[0] for target in targets if "://" not in target]


def pictures(page):
    """The targets of pictures in a page's text."""
    return re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", page)


def _split(line):
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # an apostrophe in prose
        return []
    parts, current = [], []
    for word in words:
        if word in ("&&", "|"):
            parts.append(current)
            current = []
        else:
            current.append(word)
    return [*parts, current]


def _named(words):
    """The program that a command's words name, and its arguments; None for others' programs."""
    words = list(words)
    if words and re.search(r"(^|/)python3?$", words[0]):
        words = words[1:]
        if words[:1] == ["-m"]:
            module, *words = words[1:]
            if module in MODULES:
                return MODULES[module], words
            words = ["infogan", *words] if module == "keras_infogan" else []
    if words[:1] == ["train.py"]:
        return "train", words[1:]
    if words[:1] == ["infogan"] and words[1:] and words[1].isalpha() and words[1].islower():
        return words[1], words[2:]
    return None
