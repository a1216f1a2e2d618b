"""How the command lines of this project complain about their arguments."""

import argparse


class OneLineParser(argparse.ArgumentParser):
    """Reports an error in one line, without the usage."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}\n")
