"""JAX' models, Flax' and Keras': `trace` walks through a traced function, `operations` say what happens to labels."""
