"""An InfoGAN that Keras's `fit` trains, without a run directory.

    python -m examples.fit --epochs 20 --out fitted

Trains on 4,000 digits that come with a package, scores the code on 1,000 others, and writes the
metrics, a grid of images, the model and a SavedModel.
"""

import argparse
import pathlib

import keras

from keras_infogan import Categorical, InfoGAN, LatentSpec, RandomDistortion, Uniform, networks
from keras_infogan.data import sources
from keras_infogan.evaluation.codes import evaluate_codes
from keras_infogan.pictures import save_grid
from keras_infogan.serving.saved_model import export_model


def build():
    """A compiled InfoGAN for images of 28×28: one categorical code, two continuous ones."""
    latents = LatentSpec(62, [Categorical(10), Uniform(), Uniform()])
    family = networks.get("conv28(filters=16, units=128)")  # the paper's, narrower
    model = InfoGAN(
        **family(latents.size, latents.parameter_size),
        latents=latents,
        transforms=[RandomDistortion()],
        average_generator=0.999,
    )
    model.compile(
        keras.optimizers.Adam(4e-4, beta_1=0.5),  # trunk and discriminator
        keras.optimizers.Adam(1e-3, beta_1=0.5),  # generator and recognizer
        continuous_weight=0.1,
    )
    return model


def grid(model, columns=10):
    """Generated images, `(10, columns, 28, 28, 1)`: a row for each value of c1, the same noise."""
    rows = [model.generate(model.latents.fixed(columns, code_values={"c1": n})) for n in range(10)]
    return keras.ops.convert_to_numpy(keras.ops.stack(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("fitted"))
    options = parser.parse_args()
    if options.out.exists():
        parser.error(f"{options.out} exists. Choose another --out.")
    options.out.mkdir(parents=True)

    data = sources.load("mnist5k")
    model = build()
    model.fit(
        data.train_images,  # uint8, (4000, 28, 28, 1)
        batch_size=64,
        epochs=options.epochs,
        verbose=2,
        callbacks=[keras.callbacks.CSVLogger(options.out / "metrics.csv")],
    )

    scores = evaluate_codes(model, data)  # the only use of labels
    print(f"One-to-one accuracy on {len(data.test_images)} digits: {scores['code_accuracy']:.3f}")
    save_grid(options.out / "grid.png", grid(model))
    model.save(options.out / "infogan.keras")
    about = {"config": {}, "summary": {"codes": scores}, "environment": {}}
    print(f"SavedModel: {export_model(model, options.out / 'export', about)}")


if __name__ == "__main__":
    main()
