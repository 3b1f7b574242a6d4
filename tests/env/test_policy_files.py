from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from signals import trial
from signals.env.policy_card import PolicyCard, card_of
from signals.env.policy_files import CARD_FILE, MODEL_FILE, load_onnx, load_policy, save_policy
from signals.env.setting import setting_of
from signals.env.timed_actions import CycleSplit
from signals.errors import FileError, RecordError
from signals.record.files import sha256_of
from signals.scenario import load
from tests.env.onnx_made import busiest, linear

FACTS: Any = {"date": "2026-11-29", "algorithm": "by hand", "steps": 0, "seeds": (1,)}


def card(**options: Any) -> PolicyCard:
    return card_of("busiest", setting_of("crossroads", **options), **FACTS)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_policy(tmp_path / "policy", card(decision_s=15.0), busiest())
    return tmp_path / "policy"


def test_what_is_saved_is_loaded(saved: Path) -> None:
    assert sorted(path.name for path in saved.iterdir()) == [MODEL_FILE, CARD_FILE]
    found = load_policy(saved)
    assert found.card is not None
    assert found.card.onnx_sha256 == hashlib.sha256(busiest()).hexdigest() == found.files[MODEL_FILE]
    assert found.card.seat == card(decision_s=15.0).seat
    assert found.files[CARD_FILE] == sha256_of(saved / CARD_FILE)
    seen = np.zeros(41, np.float32)
    seen[10] = 1.0
    assert found.policy(seen, np.ones(4, np.int8)) == 2


def test_the_same_policy_gives_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    save_policy(tmp_path / "again", card(decision_s=15.0), busiest())
    for name in (CARD_FILE, MODEL_FILE):
        assert (saved / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_a_cycle_is_made_of_numbers(tmp_path: Path) -> None:
    save_policy(tmp_path, card(action=CycleSplit()), linear(np.full((41, 5), 0.01)))
    action = load_policy(tmp_path).policy(np.ones(41, np.float32), None)
    np.testing.assert_allclose(action, np.full(5, 0.41), rtol=1e-6)


def test_a_model_of_another_size_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="takes 40 numbers and gives 4, but its card says 41 and 4"):
        save_policy(tmp_path / "policy", card(), busiest(40))
    assert not (tmp_path / "policy").exists()


def test_rubbish_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is no ONNX model"):
        save_policy(tmp_path / "policy", card(), b"rubbish")
    assert not (tmp_path / "policy").exists()


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="cannot write"):
        save_policy(tmp_path / "file", card(), busiest())


def test_another_model_is_refused(saved: Path) -> None:
    (saved / MODEL_FILE).write_bytes(linear(np.ones((41, 4))))
    with pytest.raises(FileError, match="is not what its card was written for: its SHA-256 is"):
        load_policy(saved)


def test_a_card_that_says_other_sizes_is_refused(saved: Path) -> None:
    text = (saved / CARD_FILE).read_text().replace("action_size = 4", "action_size = 5")
    (saved / CARD_FILE).write_text(text)
    with pytest.raises(FileError, match="gives 4, but its card says 41 and 5"):
        load_policy(saved)


@pytest.mark.parametrize(
    ("name", "sentence"), [(CARD_FILE, "holds no policy: there is no policy.toml"), (MODEL_FILE, "cannot read")]
)
def test_both_files_must_be_there(saved: Path, name: str, sentence: str) -> None:
    (saved / name).unlink()
    with pytest.raises(FileError, match=sentence):
        load_policy(saved)


def test_a_card_that_is_no_toml_is_refused(saved: Path) -> None:
    (saved / CARD_FILE).write_text("format = ")
    with pytest.raises(FileError, match="is not TOML"):
        load_policy(saved)


def test_a_card_without_a_hash_is_refused(saved: Path) -> None:
    table = tomllib.loads((saved / CARD_FILE).read_text())
    text = (saved / CARD_FILE).read_text().replace(table["onnx_sha256"], "")
    (saved / CARD_FILE).write_text(text)
    with pytest.raises(FileError, match="the card says none"):
        load_policy(saved)


def test_a_file_alone_has_no_card(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(busiest())
    found = load_onnx(tmp_path / "mine.onnx")
    assert found.card is None
    assert found.files == {"mine.onnx": hashlib.sha256(busiest()).hexdigest()}


def test_a_file_in_its_folder_has_one(saved: Path) -> None:
    assert load_onnx(saved / MODEL_FILE).card == load_policy(saved).card


def test_a_saved_policy_is_a_controller_like_any_other(saved: Path) -> None:
    scenario = load("crossroads", end_s=300)
    record = trial.run(scenario, f"policy={saved}", seed=2)
    by_hand = trial.run(scenario, "policy=tests.policies_of_mine:Busiest", seed=2)
    assert record.controller == "busiest"
    assert not trial.falls_of(record)
    assert record.metrics == pytest.approx(dict(by_hand.metrics), nan_ok=True)
    policy = record.settings["policy"]
    assert policy["files"] == load_policy(saved).files  # type: ignore[index]
    assert policy["seat"]["decision_s"] == 15.0  # type: ignore[index]
