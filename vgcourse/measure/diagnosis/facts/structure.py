"""Is a model a plain chain, in which each layer feeds the next one only?"""

import keras


def is_plain(model) -> bool:
    """Known to be one: False also where the structure cannot be told, as in a class of one's own."""
    if isinstance(model, keras.Sequential):
        return all(_is_link(layer) for layer in model.layers)
    if not getattr(model, "inputs", None) or len(model.inputs) != 1 or len(model.outputs) != 1:
        return False
    return all(_is_link(layer) and _joins_nothing(layer) for layer in model.layers)


def _is_link(layer) -> bool:
    if isinstance(layer, keras.Model):
        return is_plain(layer)
    return type(layer).__module__.startswith("keras.") and not isinstance(layer, keras.layers.MultiHeadAttention)


def _joins_nothing(layer) -> bool:
    one_in = all(len(node.input_tensors) <= 1 for node in layer._inbound_nodes)
    return one_in and len(layer._outbound_nodes) <= 1
