"""StopOnSignal, with real signals."""

import os
import signal
import subprocess
import sys
import threading

import keras
import pytest

from keras_infogan.training.listeners import stop_on_signal
from keras_infogan.training.listeners.stop_on_signal import StopOnSignal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def stop():
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it would be ignored
    with StopOnSignal() as stop:
        yield stop
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", SIGNALS)
def test_training_stops_after_the_step_in_which_a_signal_arrives(
    stop, tiny_model, tiny_images, number
):
    model = tiny_model(run_eagerly=True)
    ended = []

    def send(batch, logs=None):
        if batch == 1:
            os.kill(os.getpid(), number)

    kill = keras.callbacks.LambdaCallback(
        on_train_batch_begin=send, on_train_batch_end=lambda batch, logs: ended.append(batch)
    )
    model.fit(tiny_images(10), batch_size=2, epochs=3, callbacks=[kill, stop], verbose=0)
    assert ended == [0, 1]
    assert int(model.step.numpy()) == 2
    assert stop.received is number


def test_nothing_is_received_without_a_signal(stop):
    stop.set_model(model := keras.Sequential())
    stop.on_train_batch_end(0)
    assert stop.received is None
    assert not getattr(model, "stop_training", False)


def test_a_machine_stops_only_where_all_of_them_do(monkeypatch):
    """A signal that comes while the machines agree counts at the next tick."""
    told = []

    def agree(strategy, number):
        told.append(number)
        if len(told) == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return number

    monkeypatch.setattr(stop_on_signal, "highest", agree)
    with StopOnSignal(strategy="several machines") as stop:
        stop.set_model(model := keras.Sequential())
        model.stop_training = False
        stop.on_epoch_end(0)
        assert not model.stop_training
        stop.on_epoch_end(1)
        assert model.stop_training
    assert told == [0, signal.SIGTERM]


TERMINAL = """
import os, pty, signal, time
from keras_infogan.training.listeners.stop_on_signal import StopOnSignal

told, tell = os.pipe()
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may have it ignored
child, terminal = pty.fork()
if child == 0:
    with StopOnSignal() as stop:
        os.write(tell, b".")
        while stop.received is None:
            time.sleep(0.05)
        print("to nobody", flush=True)
        os.write(tell, stop.received.name.encode())
        os._exit(0)
os.read(told, 1)
os.close(terminal)
assert os.waitpid(child, 0)[1] == 0
assert os.read(told, 9) == b"SIGHUP"
"""


def test_a_terminal_that_is_closed_takes_no_more_and_ends_nothing(root):
    subprocess.run([sys.executable, "-c", TERMINAL], cwd=root, check=True)


def test_a_second_sigterm_changes_nothing(stop):
    for _ in range(2):  # as `timeout` sends it
        os.kill(os.getpid(), signal.SIGTERM)
    assert stop.received is signal.SIGTERM


@pytest.mark.parametrize("number", SIGNALS)
def test_after_training_the_first_signal_stops_at_once(stop, number):
    stop.at_once = True
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    assert stop.received is number


def test_a_second_ctrl_c_stops_at_once(stop):
    os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    assert stop.received is signal.SIGTERM


@pytest.fixture
def mine():
    """A handler of all signals that was there before."""

    def mine(number, frame):
        pass

    outside = {number: signal.signal(number, mine) for number in SIGNALS}
    yield mine
    for number, handler in outside.items():
        signal.signal(number, handler)


def test_earlier_handlers_come_back(mine):
    with StopOnSignal():
        assert all(signal.getsignal(number) not in (mine, None) for number in SIGNALS)
    assert [signal.getsignal(number) for number in SIGNALS] == [mine] * 3


def test_hangups_stay_ignored_as_nohup_wants_it(mine):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with StopOnSignal() as stop:
        os.kill(os.getpid(), signal.SIGHUP)
    assert stop.received is None
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def test_earlier_handlers_come_back_after_an_error(mine):
    with pytest.raises(ZeroDivisionError), StopOnSignal():
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in SIGNALS] == [mine] * 3


def test_a_thread_listens_for_no_signal(mine):
    seen = []

    def listen():
        with StopOnSignal() as stop:
            seen.append([signal.getsignal(number) for number in SIGNALS])
        seen.append(stop.received)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert seen == [[mine] * 3, None]
