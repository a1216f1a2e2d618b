"""StopOnSignal, with real signals."""

import os
import signal

import keras
import pytest

from keras_infogan.training.callbacks.stop_on_signal import StopOnSignal

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def stop():
    callback = StopOnSignal()
    yield callback
    callback.restore()


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


def test_earlier_handlers_come_back():
    def mine(number, frame):
        pass

    outside = {number: signal.signal(number, mine) for number in SIGNALS}
    try:
        callback = StopOnSignal()
        assert all(signal.getsignal(number) not in (mine, None) for number in SIGNALS)
        callback.restore()
        assert [signal.getsignal(number) for number in SIGNALS] == [mine, mine]
    finally:
        for number, handler in outside.items():
            signal.signal(number, handler)
