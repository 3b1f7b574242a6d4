from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

from signals.env import JUNCTION_ID, CycleSplit
from signals.env.onnx_policy import OnnxPolicy
from signals.errors import InputError

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")
policy_export = pytest.importorskip("signals.env.policy_export")

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")

SIZE = 41


def learner(kind: str, **options: Any) -> Any:
    """A model of Stable-Baselines3 that learnt nothing yet: its values are near one another."""
    package = pytest.importorskip("sb3_contrib" if kind == "MaskablePPO" else "stable_baselines3")
    env = gymnasium.make(JUNCTION_ID, episode_s=60.0, **options)
    return getattr(package, kind)("MlpPolicy", env, seed=1, policy_kwargs={"net_arch": [16, 16]})


@pytest.mark.parametrize("kind", ["MaskablePPO", "PPO", "A2C", "DQN"])
def test_the_file_does_what_the_model_did(kind: str) -> None:
    model, rng = learner(kind), np.random.default_rng(1)
    policy = OnnxPolicy(policy_export.onnx_of(model, SIZE), "x.onnx")
    for _ in range(100):
        seen, mask = rng.random(SIZE, np.float32), rng.random(4) < 0.5
        mask[rng.integers(4)] = True
        masked = kind == "MaskablePPO"
        known = model.predict(seen, deterministic=True, **({"action_masks": mask} if masked else {}))[0]
        assert policy(seen, mask if masked else None) == int(known)


def test_actions_made_of_numbers_are_cut_off_alike() -> None:
    model, rng = learner("PPO", action=CycleSplit()), np.random.default_rng(1)
    policy = OnnxPolicy(policy_export.onnx_of(model, SIZE), "x.onnx", choices=False)
    for seen in rng.random((50, SIZE), np.float32):
        np.testing.assert_allclose(policy(seen, None), model.predict(seen, deterministic=True)[0], atol=1e-6)


def test_a_module_is_exported_as_it_is_and_stays_as_it_was() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Dropout(0.5))
    data = policy_export.onnx_of(module, 3)
    assert module.training
    assert policy_export.onnx_of(module, 3) == data
    seen = torch.tensor([[0.1, 0.2, 0.3]])
    assert OnnxPolicy(data, "x.onnx")(seen.numpy(), None) == int(module.eval()(seen).argmax())


def test_the_file_does_not_say_where_it_was_made() -> None:
    data = policy_export.onnx_of(torch.nn.Linear(3, 2), 3)
    for word in (b"site-packages", b"/home", b"/root", b"/tmp", b".py"):
        assert word not in data


def test_what_cannot_be_exported_is_said() -> None:
    with pytest.raises(InputError, match="dict has neither an actor nor values of actions"):
        policy_export.onnx_of({}, 3)
