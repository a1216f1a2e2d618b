"""Parts from outside of the package: the code blocks of docs/extending.md."""

import re

# One of each kind, as the page names them; the last two options make the run tiny.
ARGUMENTS = [
    *("--preset", "quick-hinge"),
    *("--dataset", "stripes:200"),
    *("--latents", "normal(3) + cat(2) + angle(4)"),
    *("--networks", "narrow(units=8)"),
    *("--generator-loss", "margin(width=2)"),
    *("--term", "anchors(0.3)"),
    *("--transform", "flip(0.5)"),
    *("--rewrite", "bounded_logits(5)"),
    *("--callback", "enough(information, 99)"),
    *("--image-size", "8"),
    *("--batch-size", "8"),
    "--no-jit",
]


def write_parts(root, folder):
    """Writes each complete file of the page into a folder: `{kind: path}`."""
    page = (root / "docs" / "extending.md").read_text()
    paths = {}
    for text in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S):
        kind = re.search(r'register\(\s*"(\w+)"', text)[1]
        assert kind not in paths
        paths[kind] = folder / f"my_{kind}.py"
        paths[kind].write_text(text)
    return paths
