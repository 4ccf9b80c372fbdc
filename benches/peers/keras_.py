# python3 -m venv .venv/keras
# .venv/keras/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0
"""Keras' initializers on TensorFlow. They return tensors, so each is a fresh one."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
from keras.initializers import GlorotUniform, HeNormal, RandomNormal

from table import KAIMING_NORMAL, SHAPE, STD, TRUNCATED_NORMAL, XAVIER_UNIFORM, row

for law, initializer in [
    (XAVIER_UNIFORM, GlorotUniform(seed=1)),
    (KAIMING_NORMAL, RandomNormal(stddev=STD, seed=1)),
    (TRUNCATED_NORMAL, HeNormal(seed=1)),
]:
    row("Keras on TensorFlow", keras.__version__, law, "fresh", lambda: initializer(SHAPE))
