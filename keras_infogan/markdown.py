"""Tables in Markdown."""


def table(head, rows):
    """A table.

    Args:
        head: Its first row.
        rows: The others; cells of any type, on one line. A | does not end a cell.
    """

    def line(cells):
        texts = [str(cell).replace("|", "\\|") for cell in cells]
        return f"| {' | '.join(texts)} |"

    first, *others = map(line, (head, *rows))
    return "\n".join([first, "|" + "---|" * len(head), *others])
