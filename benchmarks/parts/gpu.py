"""On a GPU: the step of three presets in every mode, beside PyTorch in its best ones.

Without a GPU the same runs on the CPU, which tests this file and says nothing of a GPU.
"""

import importlib.util
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
    "PyTorch, CUDA graphs": {"compiled": "reduce-overhead"},
    "PyTorch, bfloat16": {"precision": "bfloat16"},
}


def run(options):
    """Rows of the presets; a mode that fails is named in the table with its error."""
    device = "cuda" if once("benchmarks.parts.gpu:has_gpu") else "cpu"
    presets = [preset for preset in options.presets if preset != "mnist"]
    jobs = {name: ("benchmarks.jobs:train_step", extra) for name, extra in OURS.items()}
    if importlib.util.find_spec("torch"):
        jobs |= {
            name: ("benchmarks.reference:train_step", {"device": device, **extra})
            for name, extra in TORCH.items()
            if device == "cuda" or "compiled" not in extra
        }
    return [row for preset in presets for row in of(preset, jobs, options)]


def of(preset, jobs, options):
    """Rows of a preset: a mode after the other, since each holds the GPU's memory."""
    rows, rates = [], {}
    for name, (target, extra) in jobs.items():
        worker = None
        try:
            worker = Worker(target, preset=preset, **options.small, **extra)
            with Utilisation() as watched:
                for _ in range(options.rounds):
                    worker.take(options.seconds)
        except WorkerError as error:
            print(f"{preset}, {name}: {error}", flush=True)
            continue
        finally:
            if worker is not None:
                worker.close()
        rates[name] = worker.rates
        rows.append(median_row(preset, name, worker.rates, "images/s"))
        if watched.values:
            rows.append(median_row(preset, f"{name}: busy", watched.values, "%"))
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
    """Asks nvidia-smi each second how busy the GPU is, where there is one.

    Attributes:
        values: The answers in %.
    """

    def __init__(self):
        self.values = []
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
