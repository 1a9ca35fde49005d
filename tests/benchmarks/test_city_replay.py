import multiprocessing

import pytest

from benchmarks.city_replay import _heard, _tell
from vision.errors import ConfigurationError


def test_a_process_that_ended_is_told_and_not_waited_for() -> None:
    line, theirs = multiprocessing.Pipe()
    theirs.close()
    with pytest.raises(ConfigurationError, match="got its end"):
        _heard(line, str)
    with pytest.raises(ConfigurationError, match="got its end"):
        _tell(line, "enough")
    line.close()


def test_a_word_that_was_not_expected_is_refused() -> None:
    line, theirs = multiprocessing.Pipe()
    theirs.send(5)
    with line, theirs, pytest.raises(ConfigurationError, match="wanted str of a process, got int"):
        _heard(line, str)
