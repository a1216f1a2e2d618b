"""report.html: what a run, or several, did and reached, in one file without external assets.

`facts` reads the run directory; the modules beside it turn facts into what the templates show.
"""
