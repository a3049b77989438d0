"""The scheduler wakes, a real RQ worker draws."""

from __future__ import annotations

from datetime import timedelta

from rq import SimpleWorker
from rq.serializers import JSONSerializer

from fittrack import queues, schedule
from fittrack.clock import utc_now
from fittrack.drawings import jobs, verifier
from tests import factories_drawings as make


def work():
    """Do what waits in the queue, in this process."""
    worker = SimpleWorker(
        [queues.queue("drawings")], connection=queues.redis(), serializer=JSONSerializer
    )
    worker.work(burst=True, logging_level="WARNING")


def test_a_due_drawing_is_drawn_by_a_worker_that_the_scheduler_woke(database):
    past = make.start() - timedelta(hours=3)
    drawing = make.make_open(past, sponsor_id=make.make_sponsor())
    ana = make.make_player()
    make.buy(drawing, ana)
    assert "wake_due_drawings" in schedule.tick(now=utc_now() + timedelta(seconds=2))
    work()
    assert make.get(drawing).status == "completed"
    assert make.notices(ana) == ["prize_won"]
    assert verifier.verify(make.bundle(drawing)).exit == 0


def test_waking_a_drawing_twice_queues_it_once(database):
    drawing = make.make_scheduled(make.start())
    for _ in range(2):
        jobs.wake_due_drawings(now=drawing.opens_at)
    assert queues.queue("drawings").count == 1


def test_a_job_of_a_finished_drawing_does_nothing(database):
    drawing = make.make_scheduled(make.start() - timedelta(hours=4))
    jobs.advance_drawing(drawing.drawing_id)
    drawn = make.bundle(drawing)
    jobs.advance_drawing(drawing.drawing_id)
    jobs.advance_drawing("01890000-0000-7000-8000-000000000000")
    assert make.bundle(drawing) == drawn
