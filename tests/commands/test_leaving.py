"""A second Ctrl-C, while the program is deep in a library that hears no signals."""

import signal
import subprocess
import sys
import time

PROGRAM = """
import hashlib, os, signal, sys
from keras_infogan.commands.leaving import leaves_at_once

before = signal.set_wakeup_fd(-1)
with leaves_at_once("infogan train"):
    print("ready", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)  # minutes without a word of Python
"""


def started():
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)  # until it is in there
    return process


def test_the_second_leaves_at_once_and_says_so():
    with started() as process:
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        assert process.poll() is None  # the first one waits for Python
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "infogan train: left at once; what was saved is kept.\n"


def test_outside_of_the_block_nothing_listens():
    program = PROGRAM.partition("    print")[0] + "    pass\n"
    program += "assert signal.set_wakeup_fd(-1) == before == -1\n"
    program += "for _ in range(2):\n    signal.signal(signal.SIGINT, lambda *_: None)\n"
    program += "    os.kill(os.getpid(), signal.SIGINT)\n"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
