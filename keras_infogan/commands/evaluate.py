"""Scores a run, on its test images and on images that it generates, and draws pictures of them.

    infogan evaluate runs/quick-s0

Writes evaluation.json and evaluation/*.png into the run's directory. A checkpoint can take the
place of the run (runs/quick-s0/checkpoints/step-000002000.keras), with --out and --dataset.
"""

import contextlib
import pathlib

from keras_infogan import files, quiet
from keras_infogan.commands import program
from keras_infogan.errors import UserError
from keras_infogan.run_dir import RunDir


def evaluate(path, out=None, dataset=None, data_dir=None, seed=0):
    """Scores a run or a checkpoint.

    Args:
        path: A run's directory, whose last checkpoint is taken, or a `.keras` file.
        out: Directory to write into; the run's by default.
        dataset: Name of the data; the run's by default. For a run it may say where they are now,
            but they must be the same.
        data_dir: Where tensorflow-datasets keeps its sets; as in the run by default.
        seed: Seed of the generated images.

    Returns:
        What evaluation.json holds.

    Raises:
        UserError: If the run, the checkpoint or the data cannot be used; nothing is written then.
        StorageError: If the scores cannot be written.
    """
    if not 0 <= seed < 2**31:
        raise UserError(f"--seed must be from 0 to 2147483647. Received: {seed}.")
    path = pathlib.Path(path)
    channels, crop, validation, recorded, checks = None, None, 0, None, None
    if path.suffix == ".keras" and not path.is_dir():
        checkpoint = path
        if dataset is None or out is None:
            raise UserError("A checkpoint by itself needs --dataset and --out.")
    else:
        run = RunDir(path)
        config = run.read_config()
        if config.dataset is None:  # the loader would take whatever MNIST it finds
            raise UserError(f"{path} is not a run: {run.config} names no data set.")
        checkpoint = run.latest_checkpoint()
        if checkpoint is None:
            raise UserError(f"{path} has no checkpoint.")
        recorded, checks = run.read_identity(), run.health
        if recorded is None and dataset not in (None, config.dataset):
            raise UserError(
                f"{path} was trained on {config.dataset}: its scores on another set would "
                f"mean something else. Received: --dataset {dataset}."
            )
        dataset = dataset or config.dataset
        channels, crop, validation = config.channels, config.crop, config.validation_images
        data_dir = data_dir or run.read_options().data_dir
    writes_into_run, out = out is None, pathlib.Path(path if out is None else out)
    if not writes_into_run:
        files.check_writable(out / "evaluation")
    with run.locked() if writes_into_run else contextlib.nullcontext():
        quiet.import_tensorflow()
        from keras_infogan.data import identity, sources
        from keras_infogan.evaluation.complete import evaluate_model
        from keras_infogan.evaluation.health import summarize
        from keras_infogan.evaluation.illustrations import save_illustrations
        from keras_infogan.saving import load_model

        model = load_model(checkpoint)
        size, _, read_channels = model.generator.output_shape[1:]
        data = sources.load(dataset, data_dir, size, channels, crop, validation)
        identity.check(data, recorded, path)
        if data.test_images.shape[-1] != read_channels:
            raise UserError(
                f"{checkpoint} reads images of {read_channels} channels, and {data.name} has "
                f"{data.test_images.shape[-1]}."
            )
        if model.told_labels and data.num_labels != model.num_labels:
            raise UserError(
                f"{checkpoint} is told one of {model.num_labels} labels, and {data.name} has "
                f"{data.num_labels} of them."
            )
        # A model without optimizers, such as a pretrained one, does not know its step.
        step = int(model.step.numpy()) if model.compiled else None
        found = summarize(files.read_jsonl(checks, step)) if checks and checks.exists() else None
        scores = {
            "checkpoint": str(checkpoint),
            "step": step,
            "dataset": data.name,
            "train_images": len(data.train_images),
            "test_images": len(data.test_images),
            "label_names": data.label_names,
            "health": found,
            **evaluate_model(model, data, seed),
        }
        folder = out / "evaluation"
        files.make_directory(folder)
        save_illustrations(folder, model, data, scores, seed)
        files.write_json(out / "evaluation.json", scores)
        return scores


def report(scores):
    """The scores of `evaluate` in a few lines of text."""
    step = "" if scores["step"] is None else f", step {scores['step']}"
    lines = [f"{scores['checkpoint']}{step}, {scores['dataset']}:"]
    lines += _of_health(scores["health"]) + _of_codes(scores)
    for name, value in scores["information"].items():
        share = "" if value["share"] is None else f", {value['share']:.1%} of H({name})"
        lines.append(
            f"{name}: Q's output is not finite"
            if value["nats"] is None
            else f"{name}: {value['nats']:.3f} nats of information{share}"
        )
    lines += [
        f"{name}: {nats:.3f} nats of information between two looks at a test image"
        for name, nats in scores["between_looks"].items()
        if nats is not None
    ]
    for name, value in scores["continuous"].items():
        lines.append(
            f"{name} moves {value['moves']}: rank correlation {value['rank_correlation']:.2f}, at "
            f"least 0.8 in {value['digits_at_0.8']:.0%} of the digits"
        )
    lines += _of_factors(scores["disentanglement"])
    if scores["labels_obeyed"] is not None:
        lines.append(
            f"{scores['labels_obeyed']:.1%} of the generated images look like the label asked for "
            "(label of the nearest training image)"
        )
    return "\n".join([*lines, *_of_images(scores)])


def _of_health(problems):
    """What the checks said while the run trained; nothing of a checkpoint by itself."""
    if problems is None:
        return []
    return [
        f"health: {one['problem']}, steps {one['first_step']} to {one['last_step']}: {one['seen']}"
        for one in problems
    ] or ["health: no problem was found in training"]


def _of_codes(scores):
    from keras_infogan.evaluation.scores import code_table, label_name, scores_by_code

    codes, names = scores["codes"], scores["label_names"]
    if codes["code_accuracy"] is None:
        return ["no labels or no code that is read, so no accuracy"]
    each, lines = scores_by_code(codes), []
    for name, own in each.items():
        of = f"{name}: " if len(each) > 1 else ""
        lines.append(
            f"{of}one-to-one accuracy {own['code_accuracy']:.4f}, purity {own['code_purity']:.4f}, "
            f"NMI {own['code_nmi']:.3f}, ARI {own['code_ari']:.3f} on {scores['test_images']} test "
            f"images; code→label {code_table(own['code_to_label'], names)}"
        )
        lines += [
            f"{of}code {code} is ambiguous: "
            + ", ".join(f"{label_name(v, names)} in {share:.0%}" for v, share in labels.items())
            for code, labels in own["ambiguous_codes"].items()
        ]
    if len(each) > 1:
        together = codes["together"]
        lines.append(
            f"{codes['code']} tells the labels apart best; all codes together: purity "
            f"{together['code_purity']:.4f}, NMI {together['code_nmi']:.3f}, information about the "
            f"label {together['label_information']:.3f} nats"
        )
    return lines


def _of_factors(scores):
    if not scores:
        return []
    known = []
    for factor, shares in scores["factors"].items():
        code = max(shares, key=shares.get)
        known.append(f"{factor} {shares[code]:.0%} by {code}")
    return [
        f"FactorVAE score {scores['factor_vae']:.2f}, DCI {scores['dci_disentanglement']:.2f} "
        f"(completeness {scores['dci_completeness']:.2f}, informativeness "
        f"{scores['dci_informativeness']:.2f}), SAP {scores['sap']:.2f}, MIG {scores['mig']:.2f}, "
        f"modularity {scores['modularity']:.2f}",
        f"what the best code knows of each factor: {', '.join(known)}",
    ]


def _of_images(scores):
    generated = scores["generated"]
    return [
        f"Fréchet distance {generated['frechet']:.2f} (training images: "
        f"{generated['frechet_floor']:.2f}), precision {generated['precision']:.2f}, recall "
        f"{generated['recall']:.2f}, density {generated['density']:.2f}, coverage "
        f"{generated['coverage']:.2f}, nearer to a training image than a hundredth of test images: "
        f"{generated['copying']['closer_than_test']:.1%}; {generated['extractor']}"
    ]


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser(prog="infogan evaluate", description=__doc__)
    parser.add_argument("run", help="a run's directory, or a checkpoint")
    parser.add_argument("--out", help="directory to write into (default: the run's)")
    parser.add_argument("--dataset", help="name of the data (default: the run's)")
    parser.add_argument("--data-dir", help="where tensorflow-datasets keeps its data sets")
    parser.add_argument("--seed", type=int, default=0, help="of the generated images (default: 0)")
    program.add_import(parser)
    return program.run(parser, _run, arguments)


def _run(options):
    scores = evaluate(options.run, options.out, options.dataset, options.data_dir, options.seed)
    print(report(scores))
