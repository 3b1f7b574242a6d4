from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from signals.env import onnx_policy
from signals.env.onnx_policy import OnnxPolicy, bytes_of
from signals.errors import FileError, InputError
from tests.env.onnx_made import IR, OPSET, linear, model_of

WEIGHTS = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]], np.float32)


@pytest.mark.parametrize("rows", ["n", 1])
def test_the_open_action_with_the_greatest_value_is_taken(rows: int | str) -> None:
    policy = OnnxPolicy(linear(WEIGHTS, rows=rows), "x.onnx")
    assert (policy.observation_size, policy.action_size) == (2, 3)
    seen = np.array([1.0, 0.5], np.float32)  # values 1, 0.5 and 1.5
    for mask, action in (([1, 1, 1], 2), ([1, 1, 0], 0), ([0, 1, 0], 1), (None, 2)):
        chosen = policy(seen, None if mask is None else np.array(mask, np.int8))
        assert (chosen, type(chosen)) == (action, int)


def test_observations_are_laid_out_in_a_row() -> None:
    policy = OnnxPolicy(linear(np.eye(4)), "x.onnx")
    assert policy(np.array([[0.0, 1.0], [3.0, 2.0]]), None) == 2


def test_values_may_be_the_action() -> None:
    policy = OnnxPolicy(linear(WEIGHTS), "x.onnx", choices=False)
    action = policy(np.array([0.5, 0.25], np.float32), None)
    assert action.dtype == np.float32
    np.testing.assert_array_equal(action, np.array([0.5, 0.25, 0.75], np.float32))
    np.testing.assert_array_equal(policy(np.array([1.0, -1.0], np.float32), None), np.array([1, 0, 1], np.float32))


def test_what_cannot_be_taken_is_one_line() -> None:
    policy = OnnxPolicy(linear(WEIGHTS), "x.onnx")
    with pytest.raises(InputError, match=r'"x.onnx" cannot take 3 numbers: .*Expected: 2') as said:
        policy(np.zeros(3, np.float32), None)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_values_must_be_numbers(wrong: float) -> None:
    policy = OnnxPolicy(linear(WEIGHTS), "x.onnx")
    with pytest.raises(InputError, match="not 3 finite numbers"):
        policy(np.array([wrong, 0.0], np.float32), np.ones(3, np.int8))


def two_outputs() -> bytes:
    model = model_of(WEIGHTS)
    model.graph.node.append(helper.make_node("Identity", ["values"], ["again"]))
    model.graph.output.append(helper.make_tensor_value_info("again", TensorProto.FLOAT, ["n", 3]))
    return model.SerializeToString()


def shaped(shape: list[Any]) -> bytes:
    nodes = [helper.make_node("Identity", ["observation"], ["values"])]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("observation", "values")]
    graph = helper.make_graph(nodes, "same", ends[:1], ends[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR).SerializeToString()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is no ONNX model"),
        (b"PK\x03\x04 an archive of pickles", "is no ONNX model"),
        (linear(WEIGHTS)[:-20], "is no ONNX model"),
        (two_outputs(), "one input and one output, got 1 and 2"),
        (
            linear(WEIGHTS, kind=TensorProto.DOUBLE),
            r'"observation" must be float32 \[n, numbers\], got tensor\(double\)',
        ),
        (linear(WEIGHTS, rows=7), r"must be float32 \[n, numbers\], got tensor\(float\) \[7, 2\]"),
        (shaped(["n", "m"]), r"got tensor\(float\) \['n', 'm'\]"),
        (shaped(["n", 3, 2]), r"got tensor\(float\) \['n', 3, 2\]"),
        (shaped([3]), r"got tensor\(float\) \[3\]"),
    ],
)
def test_what_is_no_policy_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(FileError, match=f'"x.onnx".*{sentence}') as said:
        OnnxPolicy(data, "x.onnx")
    assert "\n" not in str(said.value)


def test_other_files_are_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    onnx.save(model_of(np.eye(64)), "model.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert sorted(path.name for path in Path().iterdir()) == ["model.onnx", "weights.bin"]
    with pytest.raises(FileError, match="is no ONNX model that can be run"):
        OnnxPolicy(bytes_of(Path("model.onnx")), "model.onnx")


def test_files_have_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(linear(WEIGHTS))
    assert bytes_of(path) == linear(WEIGHTS)
    monkeypatch.setattr(onnx_policy, "MOST_BYTES", 20)
    assert len(bytes_of(path)) == 21
    with pytest.raises(FileError, match="is larger than"):
        OnnxPolicy(bytes_of(path), "x.onnx")


@pytest.mark.parametrize("name", ["nowhere.onnx", "."])
def test_files_must_be_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match="cannot read"):
        bytes_of(tmp_path / name)
