"""The threads of one camera, with sources and stages that do as they are told."""

import logging
import threading
from datetime import timedelta
from random import Random

import pytest

from pipelines.ingest.backoff import Backoff
from pipelines.ingest.source import Source
from pipelines.ingest.status import CameraStatus
from pipelines.ingest.turns import Turns
from pipelines.ingest.worker import Analysis, CameraWorker
from tests.fakes import FakeClock
from tests.pipelines.ingest.fakes import (
    PATIENCE_S,
    TELLTALE,
    FakeSource,
    FakeStage,
    MemorySink,
    States,
    frame,
    lost,
    until,
)
from vision.types import Frame


def worker(source: Source, stage: FakeStage, sink: MemorySink, states: States | None = None) -> CameraWorker[str]:
    return CameraWorker("north", source, stage, sink, Backoff(Random(1), stages_s=(0.01,)), states)


def ended(one: CameraWorker[str]) -> CameraWorker[str]:
    one.start()
    assert one.wait(PATIENCE_S)
    return one


FILM = [frame(seq) for seq in range(30)]


def test_a_file_waits_every_frame_is_delivered_and_the_worker_ends_by_itself() -> None:
    source, sink, states = FakeSource([(FILM, None)], live=False, lasting=False), MemorySink(), States()
    status = ended(worker(source, FakeStage(), sink, states)).status
    assert sink.results == [*(str(seq) for seq in range(30)), "end"]
    assert (status.frames_read, status.frames_analysed, status.frames_dropped) == (30, 30, 0)
    assert (status.state, status.last_error, status.last_frame_at) == ("stopped", None, FILM[-1].captured_at)
    assert states.words == ["running", "stopped"]
    assert source.closed == 1


def test_a_source_of_one_frame_delivers_one() -> None:
    sink = MemorySink()
    ended(worker(FakeSource([(FILM[:1], None)], live=False, lasting=False), FakeStage(), sink))
    assert sink.results == ["0", "end"]


def test_a_file_that_cannot_be_read_is_lost_and_not_tried_again() -> None:
    source, states = FakeSource([([], lost("damaged"))], live=False, lasting=False), States()
    status = ended(worker(source, FakeStage(), MemorySink(), states)).status
    assert (status.state, status.last_error, source.opened) == ("stopped", "damaged", 1)
    assert states.words == ["lost", "stopped"]


def test_a_live_camera_drops_all_but_the_newest_frame_while_the_stage_is_busy() -> None:
    busy, stage, sink = threading.Event(), FakeStage(), MemorySink()
    stage = FakeStage(busy=busy)

    def hold(one: Frame) -> None:
        # The stage is at frame 0 when the others come.
        until(lambda: one.seq == 0 or stage.seen == [0])
        if one.seq == 29:
            busy.set()

    source = FakeSource([(FILM, None)], live=True, lasting=False, hold=hold)
    status = ended(worker(source, stage, sink)).status
    assert status.frames_read == 30
    assert status.frames_analysed + status.frames_dropped == 30
    assert status.frames_dropped >= 27  # 1 to 27 for certain; when the stage is let go, 28 may still be taken
    assert sink.results[-2:] == ["29", "end"]


def test_a_lost_camera_comes_back() -> None:
    source, sink, states = FakeSource([(FILM[:2], lost()), ([], lost()), (FILM[2:4], lost())]), MemorySink(), States()
    one = worker(source, FakeStage(), sink, states)
    one.start()
    until(lambda: one.status.reconnects >= 1)
    assert one.stop(PATIENCE_S)
    assert states.words[:3] == ["running", "lost", "running"]
    assert states.all[1].last_error == "timed_out"
    assert states.all[2].last_error is None
    assert states.words[-1] == "stopped"
    assert source.closed == source.opened >= 3


def test_stopping_delivers_what_was_made_before() -> None:
    gate = threading.Event()
    results: list[str] = []

    def slow(result: str) -> None:
        assert gate.wait(PATIENCE_S)
        results.append(result)

    source = FakeSource([(FILM[:5], lost())], live=False)
    stage = FakeStage()
    one = CameraWorker("north", source, stage, slow, Backoff(Random(1), stages_s=(1000.0,)))
    one.start()
    until(lambda: len(stage.seen) == 5)
    one.request_stop()
    gate.set()
    assert one.stop(PATIENCE_S)
    assert results == ["0", "1", "2", "3", "4", "end"]


def test_a_grabber_that_hangs_does_not_keep_the_others() -> None:
    hang = threading.Event()
    source = FakeSource([(FILM[:2], None)], hold=lambda one: one.seq == 0 or not hang.wait(PATIENCE_S) or None)
    sink = MemorySink()
    one = worker(source, FakeStage(), sink)
    one.start()
    until(lambda: sink.results == ["0"])
    assert not one.stop(0.05)
    until(lambda: one.status.state == "stopped")
    assert sink.results == ["0", "end"]
    hang.set()
    assert one.wait(PATIENCE_S)
    assert sink.results == ["0", "end"]


def test_a_stage_that_breaks_is_counted_and_gets_the_next_frame(caplog: pytest.LogCaptureFixture) -> None:
    sink = MemorySink()
    source = FakeSource([(FILM[:4], None)], live=False, lasting=False)
    status = ended(worker(source, FakeStage(broken=[1, 3]), sink)).status
    assert sink.results == ["0", "2", "end"]
    assert (status.frames_analysed, status.failures, status.last_error) == (2, 2, "analysis_failed")
    assert "analysis failed: ValueError" in caplog.text
    assert "hunter2" not in caplog.text


def test_the_next_good_frame_heals_the_status() -> None:
    source = FakeSource([(FILM[:3], None)], live=False, lasting=False)
    status = ended(worker(source, FakeStage(broken=[1]), MemorySink())).status
    assert (status.failures, status.last_error) == (1, None)


def test_a_delivery_that_breaks_is_counted_and_the_next_one_is_tried(caplog: pytest.LogCaptureFixture) -> None:
    sink = MemorySink(broken=["1", "end"])
    source = FakeSource([(FILM[:3], None)], live=False, lasting=False)
    status = ended(worker(source, FakeStage(), sink)).status
    assert sink.results == ["0", "2"]
    assert (status.failures, status.last_error) == (2, "delivery_failed")
    assert "hunter2" not in caplog.text


def test_a_source_that_breaks_unforeseen_is_lost_and_opened_again(caplog: pytest.LogCaptureFixture) -> None:
    source = FakeSource([([], OSError(TELLTALE)), (FILM[:1], lost())])
    states = States()
    one = worker(source, FakeStage(), MemorySink(), states)
    one.start()
    until(lambda: one.status.frames_read >= 1)
    assert one.stop(PATIENCE_S)
    assert states.all[0].last_error == "reading_failed"
    assert "hunter2" not in caplog.text


def test_an_ear_that_breaks_does_not_stop_the_camera() -> None:
    def deaf(status: object) -> None:
        raise RuntimeError("no ear")

    source, sink = FakeSource([(FILM[:2], None)], live=False, lasting=False), MemorySink()
    ended(CameraWorker("north", source, FakeStage(), sink, Backoff(Random(1)), deaf))
    assert sink.results == ["0", "1", "end"]


def test_only_a_running_camera_without_errors_is_healthy(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    states = States()
    source = FakeSource([(FILM[:1], lost("unreachable"))], lasting=False)
    ended(worker(source, FakeStage(), MemorySink(), states))
    assert [(status.state, status.healthy) for status in states.all] == [
        ("running", True),
        ("lost", False),
        ("stopped", False),
    ]
    assert "camera north: rtsp://***@host/***: unreachable" in caplog.text


def test_a_frame_that_is_too_old_when_its_turn_comes_is_never_analysed() -> None:
    # The third of these was captured 0.2 s after NOW, so it is 5.8 s old at NOW + 6 s.
    sink = MemorySink()
    ages = {0: 0.0, 1: 6.2, 2: 5.8, 3: -3600.0}
    stage = FakeStage()
    taken = FakeClock()

    def hold(one: Frame) -> None:
        # The slot must be empty, and the clock right for this frame, before it comes.
        until(lambda: board().frames_analysed + board().frames_stale == one.seq)
        taken.now = one.captured_at + timedelta(seconds=ages[one.seq])

    source = FakeSource([(FILM[:4], None)], live=True, lasting=False, hold=hold)
    analysis = Analysis(max_age_s=6.0, clock=taken)
    made = CameraWorker("north", source, stage, sink, Backoff(Random(1)), analysis=analysis)

    def board() -> CameraStatus:
        return made.status

    ended(made)
    assert sink.results == ["0", "2", "3", "end"]
    assert (made.status.frames_analysed, made.status.frames_stale, made.status.frames_dropped) == (3, 1, 0)


def test_a_file_that_waits_is_never_too_old() -> None:
    source, sink = FakeSource([(FILM[:3], None)], live=False, lasting=False), MemorySink()
    late = FakeClock(FILM[0].captured_at + timedelta(days=1))
    analysis = Analysis(max_age_s=1.0, clock=late)
    ended(CameraWorker("north", source, FakeStage(), sink, Backoff(Random(1)), analysis=analysis))
    assert sink.results == ["0", "1", "2", "end"]


def test_a_camera_that_another_process_has_now_is_neither_analysed_nor_delivered() -> None:
    ours = [True]

    def hold(one: Frame) -> None:
        if one.seq == 2:
            until(lambda: sink.results == ["0", "1"])
            ours[0] = False

    sink = MemorySink()
    source = FakeSource([(FILM[:5], None)], live=False, lasting=False, hold=hold)
    analysis = Analysis(holds=lambda: ours[0])
    worked = ended(CameraWorker("north", source, FakeStage(), sink, Backoff(Random(1)), analysis=analysis))
    assert sink.results == ["0", "1"]
    assert (worked.status.frames_analysed, worked.status.frames_stale) == (2, 3)
    assert worked.status.last_error == "not_ours"  # what the stage said at its end


def test_a_courier_that_is_busy_holds_up_its_own_camera_only() -> None:
    turns, gate = Turns(1), threading.Event()
    many = [frame(seq) for seq in range(200)]  # more results than wait for a courier
    slow = CameraWorker(
        "slow",
        FakeSource([(many, None)], live=False, lasting=False),
        FakeStage(),
        lambda _: gate.wait(PATIENCE_S) and None,
        Backoff(Random(1)),
        analysis=Analysis(turns, "street"),
    )
    sink = MemorySink()
    other = CameraWorker(
        "other",
        FakeSource([(FILM, None)], live=False, lasting=False),
        FakeStage(),
        sink,
        Backoff(Random(1)),
        analysis=Analysis(turns, "street"),
    )
    slow.start()
    until(lambda: slow.status.frames_analysed > 60)
    ended(other)
    assert len(sink.results) == 31
    gate.set()
    assert slow.wait(PATIENCE_S)
