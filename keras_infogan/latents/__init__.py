"""The generator's input: noise and codes, and the densities that the recognizer gives the codes."""

from keras_infogan.latents.codes import Categorical as Categorical
from keras_infogan.latents.codes import Code as Code
from keras_infogan.latents.codes import Gaussian as Gaussian
from keras_infogan.latents.codes import Uniform as Uniform
from keras_infogan.latents.spec import LatentSpec as LatentSpec
from keras_infogan.latents.spec import Noise as Noise
