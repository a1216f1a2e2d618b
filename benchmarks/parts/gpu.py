"""On a GPU: the step of three presets in every mode, beside PyTorch in its best ones.

Without a GPU the same runs on the CPU, which tests this file and says nothing of a GPU.
"""

import concurrent.futures
import contextlib
import importlib.util
import os
import shutil
import subprocess
import threading

from benchmarks.turns import Worker, WorkerError, median_row, once, ratio_row

HELP = "the step on a GPU in every mode, beside PyTorch compiled and with CUDA graphs"
OURS = {
    "XLA, as it runs": {"jit": True},
    "graph": {"jit": False},
    "XLA, no TensorFloat-32": {"jit": True, "tf32": False},
    "XLA, mixed precision": {"jit": True, "precision": "mixed_float16"},
    "XLA, bfloat16": {"jit": True, "precision": "mixed_bfloat16"},
    "XLA, 10 steps at once": {"jit": True, "steps_per_execution": 10},
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
    """Rows of the presets; a mode that fails is named in the table with its error."""
    device = "cuda" if once("benchmarks.parts.gpu:has_gpu") else "cpu"
    # The processes share the GPU's memory, which TensorFlow would else take as a whole.
    os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    presets = [preset for preset in options.presets if preset != "mnist"]
    jobs = {name: ("benchmarks.jobs:train_step", extra) for name, extra in OURS.items()}
    if importlib.util.find_spec("torch"):
        jobs |= {
            name: ("benchmarks.reference:train_step", {"device": device, **extra})
            for name, extra in TORCH.items()
            if device == "cuda" or not {"compiled", "graph"} & set(extra)
        }
    return [row for preset in presets for row in of(preset, jobs, options)]


def of(preset, jobs, options):
    """Rows of a preset: the modes begin together, for compilation is long, and work in turns."""

    def begin(job):
        target, extra = job
        try:
            return Worker(target, preset=preset, **options.small, **extra)
        except WorkerError as error:
            return error

    at_once = os.cpu_count() or 1
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        workers = dict(zip(jobs, pool.map(begin, jobs.values()), strict=True))
    busy = {name: [] for name in jobs}
    with contextlib.ExitStack() as stack:
        for name, worker in list(workers.items()):
            if isinstance(worker, WorkerError):
                print(f"{preset}, {name}: {worker}", flush=True)
                del workers[name]
            else:
                stack.callback(worker.close)
        for _ in range(options.rounds):
            for name, worker in workers.items():
                with Utilisation(busy[name]):
                    worker.take(options.seconds)
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


class Utilisation:
    """Asks nvidia-smi how busy the GPU is, where there is one; not in the first second.

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
