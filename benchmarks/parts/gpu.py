"""On a GPU: the step of three presets in every mode, beside PyTorch in its best ones.

Without a GPU the same runs on the CPU, which tests this file and says nothing of a GPU.
"""

import concurrent.futures
import importlib.util
import os
import shutil
import subprocess
import threading

from benchmarks.turns import Worker, WorkerError, median_row, once, ratio_row

HELP = "the step on a GPU in every mode, beside PyTorch compiled and with CUDA graphs"
STEPS = 10  # in a call, of all modes but one
OURS = {
    "XLA": {"jit": True},
    "XLA, one step at a time": {"jit": True, "steps_per_execution": 1},
    "graph": {"jit": False},
    "XLA, no TensorFloat-32": {"jit": True, "tf32": False},
    "XLA, mixed precision": {"jit": True, "precision": "mixed_float16"},
    "XLA, bfloat16": {"jit": True, "precision": "mixed_bfloat16"},
    "XLA, data on the device": {"jit": True, "on_device": True},
}
TORCH = {
    "PyTorch": {},
    "PyTorch compiled": {"compiled": "default"},
    "PyTorch, CUDA graph": {"graph": True},
    "PyTorch compiled, CUDA graph": {"compiled": "default", "graph": True},
    "PyTorch, CUDA graph, bfloat16": {"graph": True, "precision": "bfloat16"},
}


def run(options):
    """Rows of the presets. The error of a mode that fails is printed above the table."""
    device = "cuda" if once("benchmarks.parts.gpu:has_gpu") else "cpu"
    presets = [preset for preset in options.presets if preset != "mnist"]
    jobs = {
        name: ("benchmarks.jobs:train_step", {"steps_per_execution": STEPS} | extra)
        for name, extra in OURS.items()
    }
    if importlib.util.find_spec("torch"):
        jobs |= {
            name: ("benchmarks.reference:train_step", {"device": device, **extra})
            for name, extra in TORCH.items()
            if device == "cuda" or not {"compiled", "graph"} & set(extra)
        }
    return [row for preset in presets for row in of(preset, jobs, options)]


def of(preset, jobs, options):
    """Rows of a preset. All modes start at once, because compilation is slow, and work in turns."""

    def begin(name):
        target, extra = jobs[name]
        try:
            return Worker(target, preset=preset, **options.small, **extra)
        except WorkerError as error:
            print(f"{preset}, {name}: {error}", flush=True)
            return None

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        begun = dict(zip(jobs, pool.map(begin, jobs), strict=True))
    workers = {name: worker for name, worker in begun.items() if worker is not None}
    busy = {name: [] for name in workers}
    try:
        for _ in range(options.rounds):
            for name, worker in workers.items():
                with Utilization(busy[name]):
                    worker.take(options.seconds)
    finally:
        for worker in workers.values():
            worker.close()
    rates = {name: worker.rates for name, worker in workers.items()}
    rows = []
    for name in rates:
        rows.append(median_row(preset, name, rates[name], "images/s"))
        if busy[name]:
            rows.append(median_row(preset, f"{name}: busy", busy[name], "%"))
    best = max(TORCH, key=lambda name: max(rates.get(name, [0.0])))
    first = next(iter(OURS))
    if best in rates and first in rates:
        rows.append(ratio_row(preset, f"{first} / {best}", rates[first], rates[best]))
    return rows


def has_gpu():
    """Whether TensorFlow sees a GPU."""
    from keras_infogan import quiet

    quiet.import_tensorflow()
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


class Utilization:
    """Samples the utilization of the GPU, where there is one, each second after the first.

    Args:
        values: List to which the answers in % are added.
    """

    def __init__(self, values):
        self.values = values
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        if shutil.which("nvidia-smi"):
            self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self):
        command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
        while not self._over.wait(1.0):
            answer = subprocess.run(command, capture_output=True, text=True).stdout.split()
            if answer and answer[0].isdigit():
                self.values.append(float(answer[0]))
