"""Small ONNX models for tests, written without torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR = 17, 10


def linear(weights: Any, *, rows: int | str = "n", kind: int = TensorProto.FLOAT) -> bytes:
    """The model ``values = observation @ weights``, float32 [observations, values]."""
    return model_of(weights, rows=rows, kind=kind).SerializeToString()


def model_of(weights: Any, *, rows: int | str = "n", kind: int = TensorProto.FLOAT) -> onnx.ModelProto:
    table = np.asarray(weights, helper.tensor_dtype_to_np_dtype(kind))
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["observation", "weights"], ["values"])],
        "linear",
        [helper.make_tensor_value_info("observation", kind, [rows, table.shape[0]])],
        [helper.make_tensor_value_info("values", kind, [rows, table.shape[1]])],
        [numpy_helper.from_array(table, "weights")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)


def busiest(observations: int = 41, stages: int = 4) -> bytes:
    """For `crossroads`: the values of a stage are the vehicles on the approaches that it serves."""
    weights = np.zeros((observations, stages), np.float32)
    for approach in range(8):
        weights[8 + approach, approach % 4] = 1.0
    return linear(weights)
