"""Measurements of speed: `python -m benchmarks` prints a table and writes JSON."""
