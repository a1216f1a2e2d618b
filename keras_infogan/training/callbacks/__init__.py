"""Callbacks: each leaves one artefact in the run directory, or says one thing on the console.

They count in train steps since the run began (`model.step`), not in Keras's epochs and batches, so
a run that was resumed writes what it would have written.
"""
