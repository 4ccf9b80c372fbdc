"""Records which law each tensor of a model starts from.

`of_torch` and `of_jax` run a model's constructor on arrays without memory, operation by operation. All else is shared:
`labels` say which law (`laws`, `matrices`) and which draw each element has, `forms` and `numbers` turn labels and known
numbers into initializers, `record` compares two constructions, and `parameter_list` writes the list.
"""
