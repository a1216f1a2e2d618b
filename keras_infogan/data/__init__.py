"""Images and labels by name, and the batches that a run draws from them."""
