"""Records which law each tensor of a model starts from, as the model's own constructor says it."""
