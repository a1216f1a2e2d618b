"""Tables in Markdown."""


def table(head, rows):
    """A table.

    Args:
        head: Its first row.
        rows: The others; cells of any type.
    """
    first, *others = [f"| {' | '.join(map(str, cells))} |" for cells in (head, *rows)]
    return "\n".join([first, "|" + "---|" * len(head), *others])
