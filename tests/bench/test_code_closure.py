from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from signals.bench import code_closure
from signals.bench.code_closure import closure, closure_sha256, imports_of


def test_everything_that_python_imports_is_in_it() -> None:
    code = "import sys, signals.record.metrics; print(*(m for m in sys.modules if m.partition('.')[0] == 'signals'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = closure(("signals.record.metrics",))
    assert len(found) == len(done.stdout.split())


def test_imports_for_type_checkers_are_left_out_and_late_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text(
        "import numpy\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import signals.cli\nelse:\n"
        "    import signals.text\ndef late():\n    from signals.model import arrays\n"
    )
    assert set(imports_of(path)) == {"signals.text", "signals.model.arrays"}


def test_what_is_never_used_is_left_out_with_what_only_it_imports() -> None:
    whole, less = (closure(("signals.trial",), without) for without in ((), ("signals.adapters.sim",)))
    gone = {path.name for path in whole.keys() - less.keys()}
    assert {"traffic.py", "layout.py"} <= gone
    assert not {"guard.py", "sensing.py"} & gone


def test_comments_do_not_count_and_code_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "signals"
    home.mkdir()
    monkeypatch.setattr(code_closure, "_HOME", tmp_path)

    def hashed(name: str, text: str) -> str:
        (home / name).write_text(text)
        code_closure._meaning_sha256.cache_clear()
        imports_of.cache_clear()
        return closure_sha256(("signals.mine",))

    first = hashed("mine.py", "import signals.plugins\nA = 1\n")
    assert hashed("mine.py", '"""What it is."""\nimport signals.plugins\n\nA = 1  # one\n') == first
    assert hashed("plugins.py", "NAMES = 1\n") == first
    assert hashed("mine.py", "import signals.plugins\nA = 2\n") != first
