"""The versions below a directory that a server watches."""


def versions(base):
    """Numbers of the versions, ascending: the directories whose name is a plain number.

    Args:
        base: `pathlib.Path` of the directory.

    Raises:
        OSError: If it cannot be read.
    """
    return sorted(
        int(path.name)
        for path in base.iterdir()
        if path.name.isdecimal() and str(int(path.name)) == path.name and path.is_dir()
    )
