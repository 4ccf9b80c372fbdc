"""Lists of parameters, for `checkpoint --model list.json`. In Python:

json.dump(of_torch(torch.nn.Linear(784, 10)), open("list.json", "w"))
"""


def entry(name, kind, tensor, **more):
    dtype = str(tensor.dtype).removeprefix("torch.")
    more |= {} if dtype == "float32" else {"dtype": dtype}
    return {"name": name, "kind": kind, "shape": list(tensor.shape), **more}


def of_torch(model):
    """Of any nn.Module. Buffers that no rule knows, such as positions, are listed with their values."""
    parameters, seen = [], {}
    around = [name for name, module in model.named_modules() if type(module).__name__ == "Transformer"]
    for name, tensor in model.state_dict(keep_vars=True).items():
        path, _, role = name.rpartition(".")
        owner, more = model.get_submodule(path), {}
        if any(f"{path}.".startswith(f"{outer}.") or not outer for outer in around):
            more["inside"] = "Transformer"
        if getattr(owner, "padding_idx", None) is not None:
            more["padding_idx"] = owner.padding_idx
        if id(tensor) in seen:
            more["tied_to"] = seen[id(tensor)]
        elif name in dict(model.named_buffers()) and role.split("_")[0] not in ("running", "num"):
            more["initializer"] = {"constant": tensor.tolist()}
        seen.setdefault(id(tensor), name)
        parameters.append(entry(name, type(owner).__name__, tensor, **more))
    return {"model": type(model).__name__, "framework": "pytorch", "parameters": parameters}


def of_keras(model):
    """Of a Keras 3 model that was built: the initializers are those of its layers."""
    from keras.saving import serialize_keras_object

    parameters = []
    for layer in model._flatten_layers():
        for weight in layer._trainable_variables + layer._non_trainable_variables:
            names = (weight.name, weight.name.removesuffix("_kernel"), "depthwise")
            found = [getattr(layer, f"{name}_initializer", None) for name in names]
            more = {"initializer": serialize_keras_object(next(filter(None, found), None))}
            if weight.name == "bias" and getattr(layer, "unit_forget_bias", False):
                parts = [{"size": layer.units, "initializer": rule} for rule in ("zeros", "ones", "zeros", "zeros")]
                more["initializer"] = {"blocks": {"axis": 0, "parts": parts}}
            if weight.name == "kernel" and hasattr(layer, "equation"):
                more["layout"] = {"einsum": layer.equation}
            groups = getattr(layer, "groups", 1)
            parameters.append(entry(weight.path, type(layer).__name__, weight, groups=groups, **more))
    return {"model": model.name, "framework": "keras", "parameters": parameters}


def of_flax(variables, model="flax"):
    """Of the variables that `init` returned, or of an nnx state as a pure dict."""

    def walk(node, path):
        if not hasattr(node, "items"):
            modules = [name.split("_")[0] for name in path[:-1] if name[0].isupper()]
            return [entry("/".join(path), "".join(modules[-1:]), node)]
        return [leaf for name, inner in node.items() for leaf in walk(inner, [*path, str(name)])]

    return {"model": model, "framework": "flax", "parameters": walk(variables, [])}
