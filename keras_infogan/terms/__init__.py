"""What can be added to the losses of a GAN, one term a file."""

from keras_infogan.registry import TERMS
from keras_infogan.terms.term import Term as Term

get, names, register = TERMS.get, TERMS.names, TERMS.register
