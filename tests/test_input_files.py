from __future__ import annotations

import os
from pathlib import Path

import pytest

from signals.errors import FileError
from signals.input_files import check_regular


@pytest.mark.parametrize("name", ["pipe", "link", "/dev/zero"])
def test_what_may_never_end_is_refused(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    with pytest.raises(FileError, match=rf'{name}" is a named pipe, a socket or a device.* name that'):
        check_regular(tmp_path / name)


def test_a_file_may_be_read_and_the_rest_is_told_by_whoever_opens_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    for name in ("file", "link", "none", "file/none", ".", "a\0b"):
        check_regular(tmp_path / name)
