"""Tables in Markdown."""


def table(head, rows):
    """A table.

    Args:
        head: Its first row.
        rows: The others; cells of any type.
    """

    def row(cells):
        return " | ".join(str(cell).replace("|", "\\|") for cell in cells)

    first, *others = [f"| {row(cells)} |" for cells in (head, *rows)]
    return "\n".join([first, "|" + "---|" * len(head), *others])
