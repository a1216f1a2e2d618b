"""The programs, one a file: each parses its options, calls the library and prints."""
