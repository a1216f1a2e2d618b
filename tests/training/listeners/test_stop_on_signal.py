"""StopOnSignal, with real signals."""

import os
import signal
import threading

import keras
import pytest

from keras_infogan.training.listeners.stop_on_signal import StopOnSignal

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def stop():
    with StopOnSignal() as stop:
        yield stop


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


def test_a_second_signal_stops_at_once(stop):
    os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    assert stop.received is signal.SIGTERM


@pytest.fixture
def mine():
    """A handler of both signals that was there before."""

    def mine(number, frame):
        pass

    outside = {number: signal.signal(number, mine) for number in SIGNALS}
    yield mine
    for number, handler in outside.items():
        signal.signal(number, handler)


def test_earlier_handlers_come_back(mine):
    with StopOnSignal():
        assert all(signal.getsignal(number) not in (mine, None) for number in SIGNALS)
    assert [signal.getsignal(number) for number in SIGNALS] == [mine, mine]


def test_earlier_handlers_come_back_after_an_error(mine):
    with pytest.raises(ZeroDivisionError), StopOnSignal():
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in SIGNALS] == [mine, mine]


def test_a_thread_listens_for_no_signal(mine):
    seen = []

    def listen():
        with StopOnSignal() as stop:
            seen.append([signal.getsignal(number) for number in SIGNALS])
        seen.append(stop.received)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert seen == [[mine, mine], None]
