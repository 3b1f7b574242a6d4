"""Writes what PyTorch or Stable-Baselines3 trained as ONNX. Only this file needs torch; running a policy does not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from signals.errors import InputError, MissingDependencyError

try:
    import torch
except ModuleNotFoundError as error:
    raise MissingDependencyError("torch is not installed; run pip install 'signals[rl]'") from error

__all__ = ["onnx_of"]

_OPSET = 18


def onnx_of(model: Any, observation_size: int) -> bytes:
    """Return a model as ONNX: float32 [n, observations] in, float32 [n, values] out.

    Parameters
    ----------
    model
        A `torch.nn.Module` that does that; or a model of Stable-Baselines3 or sb3-contrib that has an actor with an
        output for every action (A2C, PPO, MaskablePPO, TRPO; for them the values are logits, or the action itself where
        it is made of numbers) or a value for every action (DQN).
    observation_size
        Numbers in; on a card ``card.seat.observation_size``.

    Returns
    -------
    bytes
        For `signals.env.policy_files.save_policy`.

    Raises
    ------
    InputError
        When it is neither.
    """
    module = deepcopy(_module_of(model)).eval().cpu()
    program = torch.onnx.export(
        module,
        (torch.zeros(2, observation_size),),  # of one row, torch would make no model of many
        dynamo=True,
        input_names=["observation"],
        output_names=["values"],
        dynamic_shapes=({0: "n"},),
        opset_version=_OPSET,
        verbose=False,
    )
    found = program.model_proto
    _forget_where(found.graph)
    written: bytes = found.SerializeToString(deterministic=True)
    return written


def _forget_where(graph: Any) -> None:
    """Delete what torch notes for its developers: stack traces with the folders of this machine."""
    for part in (graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        part.ClearField("metadata_props")


def _module_of(model: Any) -> torch.nn.Module:
    policy = getattr(model, "policy", model)
    if hasattr(policy, "action_net") and hasattr(policy, "mlp_extractor"):
        return _Actor(policy)
    if hasattr(policy, "q_net"):
        return _Values(policy.q_net)
    if isinstance(model, torch.nn.Module):
        return model
    raise InputError(
        f"{type(model).__name__} has neither an actor nor values of actions that can be exported; "
        "give a torch.nn.Module that takes observations and returns values"
    )


class _Actor(torch.nn.Module):  # type: ignore[misc]  # torch is not there for everybody who checks types
    """The actor of an actor-critic policy of Stable-Baselines3, without its critic and without chance."""

    def __init__(self, policy: Any) -> None:
        super().__init__()
        self._features = policy.pi_features_extractor
        self._body, self._head = policy.mlp_extractor.policy_net, policy.action_net

    def forward(self, observation: Any) -> Any:
        return self._head(self._body(self._features(observation)))


class _Values(torch.nn.Module):  # type: ignore[misc]  # as above
    """The values of actions of a DQN policy of Stable-Baselines3."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self._features, self._head = network.features_extractor, network.q_net

    def forward(self, observation: Any) -> Any:
        return self._head(self._features(observation))
