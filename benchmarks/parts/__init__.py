"""What is measured, one question a file: `run(options)` gives the rows of its part."""
