"""PyTorch's models.

A model's constructor runs once more (`recorder`) on tensors without memory, while each operation (`operations`) says
which law each element comes from (`labels`, `laws`). In the end the labels become initializers (`forms`, `numbers`).
"""
