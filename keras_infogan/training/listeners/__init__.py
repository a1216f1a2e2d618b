"""Listeners: each leaves one artefact in the run directory, or says one thing on the console.

They count in train steps since the run began, so a run that was resumed writes what it would have
written.
"""
