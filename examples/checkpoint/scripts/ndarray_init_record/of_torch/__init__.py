"""PyTorch's models: `recorder` runs a constructor on tensors without memory, `operations` say what happens to labels."""
