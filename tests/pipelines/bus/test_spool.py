from pathlib import Path

import pytest

from pipelines.bus.spool import Spool, open_spool
from tests.pipelines.bus.letters import letters
from vision.errors import ConfigurationError, NotTaken


def test_what_was_put_is_there_after_a_restart_under_the_same_sender(tmp_path: Path) -> None:
    first = Spool(tmp_path / "spool.db", 10)
    first.put(letters(3))
    first.close()
    again = Spool(tmp_path / "spool.db", 10)
    assert (again.sender, again.depth) == (first.sender, 3)
    assert [letter for _, letter in again.after(0, 10)] == letters(3)
    again.close()


def test_a_letter_put_twice_is_there_once(spool: Spool) -> None:
    spool.put(letters(3))
    spool.put(letters(4))
    assert spool.depth == 4
    assert [letter for _, letter in spool.after(0, 10)] == letters(4)


def test_letters_are_read_on_behind_the_last_number(spool: Spool) -> None:
    assert spool.after(0, 10) == []
    spool.put(letters(5))
    rows = spool.after(0, 2)
    assert [letter for _, letter in rows + spool.after(rows[-1][0], 10)] == letters(5)
    assert spool.some([letters(5)[4].id, "evt_none"]) == letters(1, first=4)
    assert spool.some([]) == []


def test_numbers_are_not_used_again_when_the_spool_was_empty(spool: Spool) -> None:
    spool.put(letters(1))
    [(seq, letter)] = spool.after(0, 1)
    spool.forget([letter.id, "evt_none"])
    assert spool.depth == 0
    spool.put(letters(1))
    assert spool.after(seq, 1) != []


def test_a_full_spool_takes_all_or_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 3)
    spool.put(letters(2))
    with pytest.raises(NotTaken, match="wanted room for 2, holds 2 of 3"):
        spool.put(letters(2, first=2))
    assert not spool.is_full
    spool.put(letters(1, first=2))
    assert spool.is_full
    spool.forget([letters(1)[0].id])
    spool.put(letters(1, first=3))
    spool.close()


def test_a_file_that_is_no_spool_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spool-0.db").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(ConfigurationError, match="wanted a spool"):
        open_spool(tmp_path, 10)


def test_processes_of_one_folder_have_a_spool_each_and_take_over_what_the_dead_left(tmp_path: Path) -> None:
    first, second = open_spool(tmp_path, 10), open_spool(tmp_path, 10)
    assert first.sender != second.sender
    first.put(letters(1))
    second.put(letters(2, first=1))
    first.close()
    second.close()
    third = open_spool(tmp_path, 10)
    assert third.sender == first.sender
    assert sorted(letter.id for _, letter in third.after(0, 10)) == sorted(letter.id for letter in letters(3))
    assert open_spool(tmp_path, 10).depth == 0
    third.close()


def test_what_does_not_fit_into_the_own_spool_stays_for_another_start(tmp_path: Path) -> None:
    first, second = open_spool(tmp_path, 3), open_spool(tmp_path, 3)
    first.put(letters(2))
    second.put(letters(2, first=2))
    first.close()
    second.close()
    third = open_spool(tmp_path, 3)
    assert third.depth == 2
    assert open_spool(tmp_path, 3).depth == 2
    third.close()
