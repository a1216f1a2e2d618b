"""Puts results/ and other files outside docs/ on the site, for the pages that link to them."""

import os
import pathlib
import re

from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).parents[1]
PATTERNS = (
    "*.md",
    "benchmarks/**/*.md",
    "benchmarks/results/*.txt",
    "examples/*.py",
    "export/serving/*",
    "results/**/*",
)
LINK = re.compile(r"(?<=\]\()[^)#:]+")


def on_files(files, config):
    """Adds the files outside docs/, each at its path from the root of the repository."""
    own = {file.src_uri for file in files}
    for path in sorted(path for pattern in PATTERNS for path in ROOT.glob(pattern)):
        if path.is_file() and (uri := _uri(path)) not in own:
            files.append(File.generated(config, uri, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown, page, **_):
    """Adapts links between docs/ and other files: on the site, docs/ is the root."""
    source = pathlib.Path(page.file.abs_src_path)

    def on_the_site(link):
        path = pathlib.Path(os.path.normpath(source.parent / link[0]))
        start = os.path.dirname(page.file.src_uri) or "."
        return os.path.relpath(_uri(path), start) if path.is_file() else link[0]

    return LINK.sub(on_the_site, markdown)


def _uri(path):
    """Path on the site of a file of the repository."""
    if path == ROOT / "README.md":
        return "readme.md"  # a README.md would be the first page
    docs = ROOT / "docs"
    return path.relative_to(docs if path.is_relative_to(docs) else ROOT).as_posix()
