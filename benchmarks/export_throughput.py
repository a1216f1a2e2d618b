"""Images a second of `generate` through TensorFlow's C API beside `model.predict`, batch 64.

    python benchmarks/export_throughput.py runs/quick-s0

Both run in turns, a second each, so that what else the machine does falls on both; medians and
their ratio are printed. The C API has a process of its own, which imports no TensorFlow.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
BATCH = 64
BATCHES = 200
TURNS = 15
SERVER = """
import sys, time
sys.path.insert(0, sys.argv[2])
import numpy as np
from c_api import Session
session = Session(sys.argv[1])
given = np.load(sys.argv[3])
inputs = {"noise": given["noise"], "codes": given["codes"]}
session.run("generate", inputs)
for line in sys.stdin:
    begin, calls = time.perf_counter(), 0
    while time.perf_counter() < begin + float(line):
        session.run("generate", inputs)
        calls += 1
    print(calls / (time.perf_counter() - begin), flush=True)
"""


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", help="a finished run")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from keras_infogan import quiet
    from keras_infogan.run_dir import RunDir
    from keras_infogan.serving.exported import find_version

    quiet.import_tensorflow()
    from keras_infogan.saving import load_model

    model = load_model(RunDir(options.run).latest_checkpoint())
    latents = model.latents.sample(BATCH, [0, 0]).numpy()
    size = model.latents.noise.size
    folder = tempfile.TemporaryDirectory()
    given = pathlib.Path(folder.name) / "latents.npz"
    np.savez(given, noise=latents[:, :size], codes=latents[:, size:])
    support = ROOT / "tests" / "support"
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, find_version(options.run), support, given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    many = np.tile(latents, (BATCHES, 1))  # a call of predict by itself takes long to begin

    def predict(seconds):
        begin, calls = time.perf_counter(), 0
        while time.perf_counter() < begin + seconds:
            model.generator.predict(many, batch_size=BATCH, verbose=0)
            calls += BATCHES
        return calls / (time.perf_counter() - begin)

    def serve(seconds):
        server.stdin.write(f"{seconds}\n")
        server.stdin.flush()
        return float(server.stdout.readline())

    predict(1.0), serve(1.0)  # what is slow once
    rates = [(predict(1.0), serve(1.0)) for _ in range(TURNS)]
    server.stdin.close()
    folder.cleanup()
    for name, column in (("model.predict", 0), ("C API", 1)):
        rate = statistics.median(rate[column] for rate in rates)
        print(f"{name}: {BATCH * rate:,.0f} images/s")
    ratios = sorted(served / predicted for predicted, served in rates)
    print(
        f"C API / model.predict: {statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
    )


if __name__ == "__main__":
    main()
