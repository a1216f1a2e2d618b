"""report.html: a run, or several side by side, in one file without external assets.

`facts` reads the run directory; the modules beside it turn facts into what the templates show.
"""
