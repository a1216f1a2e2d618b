"""What D and Q see of images in training, one transform a file."""

from keras_infogan.registry import TRANSFORMS
from keras_infogan.transforms.transform import Transform as Transform

get, names, register = TRANSFORMS.get, TRANSFORMS.names, TRANSFORMS.register
