"""What the doctor asks of the membership: whether workers run the cameras that are theirs, and how they are."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from api.cli.findings import Finding
from pipelines.settings import Settings
from pipelines.shards.membership import open_membership
from pipelines.shards.reports import LEASE_LOST, STORE_SILENT, MemberReport
from vision.errors import CitygateError

_MEND = {
    LEASE_LOST: "it cannot reach Redis: see the network between them",
    STORE_SILENT: "it cannot read the database: see the network between them",
}


def examine_workers(settings: Settings) -> Iterator[Finding]:
    """Who is alive, and what is wrong with them; nothing where no lane is the workers'."""
    if not settings.worker_lanes:
        return
    try:
        reports = _reports(settings)
    except (CitygateError, OSError) as error:
        yield Finding(
            "workers", f"cannot be asked: {type(error).__name__}", "mend what is said of redis and home above"
        )
        return
    yield examine_fleet(reports, settings.worker_lanes)
    for report in reports:
        yield from examine_member(report)


def examine_fleet(reports: Sequence[MemberReport], lanes: Sequence[str]) -> Finding:
    """Whether anybody runs the lanes' cameras."""
    workers = [one for one in reports if one.kind == "worker" and one.state == "running"]
    cameras = sum(len(one.cameras) for one in workers)
    advice = "" if workers else f"start `citygate supervise`: cameras of {', '.join(lanes)} run nowhere"
    return Finding("workers", f"{len(workers)} alive, {cameras} cameras", advice)


def examine_member(report: MemberReport) -> Iterator[Finding]:
    """What is wrong with one worker or supervisor; nothing when it is well."""
    subject = f"{report.kind} {report.name}"
    for fault in report.faults:
        yield Finding(
            subject, fault, _MEND.get(fault, f"see its log on {report.host}, and the camera or model it names")
        )
    for camera_id, where in report.stalled.items():
        yield Finding(subject, f"camera {camera_id} hangs in {where}", "see that camera's network; its worker restarts")
    for name, child in report.children.items():
        if child.state in ("backing_off", "given_up"):
            yield Finding(subject, f"{name}: {child.state}, {child.reason}", f"see the log of {name} on {report.host}")


def _reports(settings: Settings) -> Sequence[MemberReport]:
    if settings.bus_url is None and not (settings.home / "fleet").exists():
        return ()  # opened, it would be made
    with closing(open_membership(settings)) as membership:
        return membership.reports()
