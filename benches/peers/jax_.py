# python3 -m venv .venv/jax
# .venv/jax/bin/pip install jax==0.10.2
"""JAX's initializers, compiled. Its arrays are immutable, so each is a fresh one."""

import jax
from jax.nn import initializers

from table import KAIMING_NORMAL, SHAPE, TRUNCATED_NORMAL, XAVIER_UNIFORM, row

for system, key in [
    ("JAX, threefry", jax.random.key(1)),
    ("JAX, rbg", jax.random.key(1, impl="rbg")),
]:
    for law, initializer in [
        (XAVIER_UNIFORM, initializers.glorot_uniform()),
        (KAIMING_NORMAL, initializers.variance_scaling(2.0, "fan_in", "normal")),
        (TRUNCATED_NORMAL, initializers.he_normal()),
    ]:
        draw = jax.jit(lambda key: initializer(key, SHAPE))
        row(system, jax.__version__, law, "fresh", lambda: draw(key).block_until_ready())
