"""What can change the networks of a family, one rewrite a file."""

from keras_infogan.networks.rewrites.rewrite import Rewrite as Rewrite
from keras_infogan.networks.rewrites.rewrite import rewrite_all as rewrite_all
from keras_infogan.registry import REWRITES

get, names, register = REWRITES.get, REWRITES.names, REWRITES.register
