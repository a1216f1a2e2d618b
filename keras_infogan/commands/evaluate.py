"""`python -m keras_infogan.commands.evaluate runs/quick-s0`: all scores of a run, and their pictures.

Writes evaluation.json and evaluation/*.png into the run's directory. Instead of a run, a
checkpoint can be given (`runs/quick-s0/checkpoints/step-000006000.keras`); then --out says where
to write.
"""

import argparse
import pathlib
import sys

from keras_infogan import quiet, files
from keras_infogan.commands.arguments import OneLineParser
from keras_infogan.errors import UserError
from keras_infogan.run_dir import RunDir


def evaluate(path, out=None, dataset=None, data_dir=None, seed=0):
    """Scores a run or a checkpoint.

    Args:
        path: A run's directory, whose last checkpoint is taken, or a `.keras` file.
        out: Directory to write into; the run's by default.
        dataset: Name of the data; the run's by default, and no other for a run.
        data_dir: Where tensorflow-datasets keeps its sets; as in the run by default.
        seed: Seed of the generated images.

    Returns:
        What evaluation.json holds.

    Raises:
        UserError: If the run, the checkpoint or the data cannot be used; nothing is written then.
    """
    if not 0 <= seed < 2**31:
        raise UserError(f"--seed must be from 0 to 2147483647. Received: {seed}.")
    path = pathlib.Path(path)
    channels, crop = None, None
    if path.suffix == ".keras":
        checkpoint = path
        if dataset is None or out is None:
            raise UserError("A checkpoint by itself needs --dataset and --out.")
    else:
        run = RunDir(path)
        config = run.read_config()
        if config.get("dataset") is None:  # the loader would take whatever MNIST it finds
            raise UserError(f"{path} is not a run: {run.config} names no data set.")
        checkpoint = run.latest_checkpoint()
        if checkpoint is None:
            raise UserError(f"{path} has no checkpoint.")
        if dataset not in (None, config["dataset"]):
            raise UserError(
                f"{path} was trained on {config['dataset']}: its scores on another set would "
                f"mean something else. Received: --dataset {dataset}."
            )
        dataset, out = config["dataset"], out or path
        channels, crop = config.get("channels"), config.get("crop")
        data_dir = data_dir or config["run"].get("data_dir")
    out = pathlib.Path(out)
    folder = out / "evaluation"
    files.check_writable(folder)

    quiet.import_tensorflow()
    from keras_infogan.data import sources
    from keras_infogan.evaluation.complete import evaluate_model
    from keras_infogan.evaluation.illustrations import save_illustrations
    from keras_infogan.saving import load_model

    model = load_model(checkpoint)
    size, _, read_channels = model.generator.output_shape[1:]
    data = sources.load(dataset, data_dir, size, channels, crop)
    if data.test_images.shape[-1] != read_channels:
        raise UserError(
            f"{checkpoint} reads images of {read_channels} channels, and {data.name} has "
            f"{data.test_images.shape[-1]}."
        )
    scores = {
        "checkpoint": str(checkpoint),
        "step": int(model.step.numpy()),
        "dataset": data.name,
        "train_images": len(data.train_images),
        "test_images": len(data.test_images),
        "label_names": data.label_names,
        **evaluate_model(model, data, seed),
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_illustrations(folder, model, data, scores, seed)
    files.write_json(out / "evaluation.json", scores)
    return scores


def report(scores):
    """The scores of `evaluate` in a few lines of text."""
    from keras_infogan.evaluation.scores import code_table, label_name

    codes, generated = scores["codes"], scores["generated"]
    names = scores["label_names"]
    lines = [f"{scores['checkpoint']}, step {scores['step']}, {scores['dataset']}:"]
    if codes["code_accuracy"] is None:
        lines.append("no labels or no code that is read, so no accuracy")
    else:
        meaning = code_table(codes["code_to_label"], names)
        lines.append(
            f"one-to-one accuracy {codes['code_accuracy']:.4f}, purity "
            f"{codes['code_purity']:.4f}, NMI {codes['code_nmi']:.3f}, ARI "
            f"{codes['code_ari']:.3f} on {scores['test_images']} test images; code→label {meaning}"
        )
        lines += [
            f"code {code} is ambiguous: "
            + ", ".join(f"{label_name(v, names)} in {share:.0%}" for v, share in labels.items())
            for code, labels in codes["ambiguous_codes"].items()
        ]
    for name, value in scores["information"].items():
        share = "" if value["share"] is None else f", {value['share']:.1%} of H({name})"
        lines.append(
            f"{name}: Q's output is not finite"
            if value["nats"] is None
            else f"{name}: {value['nats']:.3f} nats of information{share}"
        )
    for name, value in scores["continuous"].items():
        lines.append(
            f"{name} moves {value['moves']}: rank correlation {value['rank_correlation']:.2f}, at "
            f"least 0.8 in {value['digits_at_0.8']:.0%} of the digits"
        )
    if scores["labels_obeyed"] is not None:
        lines.append(
            f"{scores['labels_obeyed']:.1%} of the generated images look like the label asked for "
            "(label of the nearest training image)"
        )
    lines.append(
        f"Fréchet distance {generated['frechet']:.2f} (training images: "
        f"{generated['frechet_floor']:.2f}), precision {generated['precision']:.2f}, recall "
        f"{generated['recall']:.2f}, density {generated['density']:.2f}, coverage "
        f"{generated['coverage']:.2f}, nearer to a training image than a hundredth of test images: "
        f"{generated['copying']['closer_than_test']:.1%}; {generated['extractor']}"
    )
    return "\n".join(lines)


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = OneLineParser(
        prog="python -m keras_infogan.commands.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", help="a run's directory, or a checkpoint")
    parser.add_argument("--out", help="directory to write into (default: the run's)")
    parser.add_argument("--dataset", help="name of the data (default: the run's)")
    parser.add_argument("--data-dir", help="where tensorflow-datasets keeps its sets")
    parser.add_argument("--seed", type=int, default=0, help="of the generated images (default: 0)")
    options = parser.parse_args(arguments)
    try:
        scores = evaluate(options.run, options.out, options.dataset, options.data_dir, options.seed)
    except UserError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    print(report(scores))
    return 0


if __name__ == "__main__":
    sys.exit(main())
