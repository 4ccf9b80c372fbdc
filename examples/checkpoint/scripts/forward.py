"""One forward pass of a model of PyTorch, on the smallest input that fits it."""

import inspect
from collections.abc import Iterable, Iterator, Mapping

import torch


class NoInput(Exception):
    """No input for this kind of model is known."""


def check_forward(library: str, model: torch.nn.Module) -> None:
    """Runs the model once. Raises `ArithmeticError` unless all its outputs are finite."""
    arguments, named = inputs(library, model)
    with torch.no_grad():
        outputs = list(tensors(model.eval()(*arguments, **named)))
    if not outputs or not all(output.isfinite().all() for output in outputs):
        raise ArithmeticError(f"{len(outputs)} outputs of the forward pass are not all finite")


def inputs(library: str, model: torch.nn.Module) -> tuple[Iterable[object], Mapping[str, torch.Tensor]]:
    """The arguments of a batch of one, by place and by name."""
    image = torch.rand(1, 3, 224, 224)
    match library, type(model).__module__.removeprefix("torchvision.models.").partition(".")[0]:
        case "transformers", _:
            return (), by_configuration(model)
        case "timm", _:
            # Windows and learned positions belong to one size of images.
            return (torch.rand(1, *model.default_cfg["input_size"]),), {}
        case "torchvision", "detection":
            # Images of one batch differ in size, so they are a list.
            return ([image[0]],), {}
        case "torchvision", "video":
            return (torch.rand(1, 3, 16, 224, 224),), {}
        case "torchvision", "optical_flow":
            # The flow from one image to the next.
            return (image, torch.rand_like(image)), {}
        case "torchvision", _:
            return (image,), {}
        case "torch.nn", _ if isinstance(model, torch.nn.Transformer):
            return torch.rand(2, 5, 1, model.d_model), {}
    raise NoInput(f"no input for {type(model).__name__} is known")


def by_configuration(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Tokens, images and sound, as far as a model of transformers takes them, of the sizes in its configuration."""
    config, taken = model.config, inspect.signature(model.forward).parameters
    vision = getattr(config, "vision_config", config)
    size = getattr(vision, "image_size", None) or 224
    image = torch.rand(1, vision.num_channels if hasattr(vision, "num_channels") else 3, size, size)
    ids = torch.arange(1, 9)[None]
    known = {"input_ids": ids, "decoder_input_ids": ids, "pixel_values": image}
    if hasattr(config, "image_token_id"):
        # The text has a place for each patch of the image.
        patches = torch.full((1, (size // vision.patch_size) ** 2), config.image_token_id)
        known["input_ids"] = torch.cat([ids, patches], 1)
    if hasattr(config, "num_frames"):
        known["pixel_values"] = image[:, None].expand(-1, config.num_frames, -1, -1, -1)
    if "decoder_input_values" in taken:
        # SpeechT5 without its own first layers reads hidden states.
        known["input_values"] = known["decoder_input_values"] = torch.rand(1, 8, config.hidden_size)
    elif "input_values" in taken:
        # A quarter of a second of sound.
        known["input_values"] = torch.rand(1, 4000)
    if "input_features" in taken:
        # The encoder's second convolution halves the spectrogram's length.
        known["input_features"] = torch.rand(1, config.num_mel_bins, 2 * config.max_source_positions)
    return {name: value for name, value in known.items() if name in taken}


def tensors(output: object) -> Iterator[torch.Tensor]:
    """The tensors of an output, which may be a tree."""
    if isinstance(output, torch.Tensor):
        yield output
    elif isinstance(output, Mapping | list | tuple):
        for value in output.values() if isinstance(output, Mapping) else output:
            yield from tensors(value)
