"""`bench verify-api`: a picture and a claimed person through the whole API, one request after the other."""

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from pydantic import JsonValue

from benchmarks.api_process import RunningApi, running_api
from benchmarks.options import BenchOptions, Progress
from benchmarks.result import Metrics, Result, UsedModel, this_machine
from benchmarks.samples import portrait_pair
from benchmarks.timing import percentiles_ms, timed
from benchmarks.verify_site import GATE, HALL, Lookups, Site, add_strangers, look_up, make_site
from models.catalogue import Catalogue
from models.faces.open import open_face_lane
from pipelines.records.store import Store
from pipelines.settings import Settings
from vision.errors import ConfigurationError
from vision.picture import decode_picture

REQUESTS = 300
WARM_UPS = 10
TIMEOUT_S = 30.0


@dataclass(slots=True)
class Requests:
    """What the API answered.

    Attributes:
        seconds: of every request that was answered with a decision.
        words: decision and reason -> how often.
        errors: requests without a decision.
    """

    seconds: list[float] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)
    errors: int = 0


def run(options: BenchOptions, *, pictures: Sequence[Path] = (), enrolments: int = 0) -> Result:
    """Times, errors and memory of the API on one core, in an installation made for the run and deleted after it.

    Args:
        options: `limit` is the number of requests, 300 unless given.
        pictures: two of one person, the first to enrol, the second to verify; none: a portrait that ships with
            scikit-image.
        enrolments: with more than 0, so many strangers are enrolled too, and lookups and the index are timed.

    Raises:
        ConfigurationError: not two pictures, a peer (there is none), or an API that does not start.
        BadInput: a picture that cannot be used.
    """
    options.check_peers(())
    enrolled, shown = _two(pictures)
    with tempfile.TemporaryDirectory(prefix="citygate-bench-") as home:
        settings = _settings(Path(home), options)
        models = _models(settings)
        site, lookups = _installed(settings, enrolled, enrolments, options)
        environment = {"home": home, "provider": options.provider, "threads": str(options.threads)}
        with running_api(environment) as api:
            rest_mb = api.resident_mb()
            identified_s = api.start_s + first_identification_s(api.url, site, shown)
            requests = verify(api.url, site, shown, options.limit or REQUESTS, options.progress)
            load_mb = api.resident_mb()
    memory: Metrics = {"rss_mb": load_mb, "rss_rest_mb": rest_mb, "ready_s": api.start_s}
    memory["identified_s"] = identified_s
    return Result(
        benchmark="verify-api",
        command=options.command,
        models=models,
        machine=this_machine(options.provider, options.threads),
        n=len(requests.seconds) + requests.errors,
        metrics={**percentiles_ms(requests.seconds), "errors": requests.errors, **memory, **_lookup_metrics(lookups)},
        conditions=_conditions(requests, api, len(shown), enrolments),
    )


def verify(url: str, site: Site, picture: bytes, count: int, progress: Progress) -> Requests:
    """So many verifications over one kept-alive connection, after unmeasured ones."""
    requests = Requests()
    headers = {"Authorization": f"Bearer {site.secret}"}
    with httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S) as client:
        for _ in range(WARM_UPS):
            _verify_once(client, site, picture, Requests())
        for _ in progress(range(count), "verifying"):
            _verify_once(client, site, picture, requests)
    return requests


def first_identification_s(url: str, site: Site, picture: bytes) -> float:
    """Seconds until the gate that searches everybody decides with its index.

    Raises:
        ConfigurationError: another answer than a decision.
    """
    begun = time.monotonic()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {site.secret}"}, timeout=TIMEOUT_S) as client:
        while True:
            answer = client.post(f"/v1/gates/{HALL}/identify", files={"image": ("picture.jpg", picture, "image/jpeg")})
            if answer.status_code != httpx.codes.OK:
                raise ConfigurationError(f"wanted a decision of gate {HALL}, got {answer.status_code}: {answer.text}")
            if answer.json()["reason"] != "index_stale":
                return time.monotonic() - begun


def _verify_once(client: httpx.Client, site: Site, picture: bytes, requests: Requests) -> None:
    try:
        seconds, answer = timed(
            lambda: client.post(
                f"/v1/gates/{GATE}/verify",
                data={"subject_id": site.subject_id},
                files={"image": ("picture.jpg", picture, "image/jpeg")},
            )
        )
    except httpx.TransportError as error:
        requests.errors += 1
        requests.words[type(error).__name__] += 1
        return
    if answer.status_code != httpx.codes.OK:
        requests.errors += 1
        requests.words[f"{answer.status_code} {answer.json().get('type', '')}"] += 1
        return
    decision = answer.json()
    requests.seconds.append(seconds)
    requests.words[f"{decision['decision']}: {decision['reason']}"] += 1


def _two(pictures: Sequence[Path]) -> tuple[bytes, bytes]:
    if not pictures:
        return portrait_pair()
    missing = [str(path) for path in pictures if not path.is_file()]
    if len(pictures) != 2 or missing:
        raise ConfigurationError(f"wanted two pictures or none, got {len(pictures)}; not there: {missing}")
    return pictures[0].read_bytes(), pictures[1].read_bytes()


def _settings(home: Path, options: BenchOptions) -> Settings:
    # Without the environment, which may name the database of a running gate.
    return Settings.model_construct(home=home, provider=options.provider, threads=options.threads)


def _installed(
    settings: Settings, picture: bytes, enrolments: int, options: BenchOptions
) -> tuple[Site, Lookups | None]:
    catalogue = Catalogue(settings.home, settings.provider, settings.threads)
    lane = open_face_lane(catalogue, detector_id=settings.face_detector, embedder_ids=[settings.face_embedder])
    image = decode_picture(picture, settings.upload_max_pixels)
    with closing(Store.open(settings)) as store:
        site = make_site(store, lane, image)
        if not enrolments:
            return site, None
        like = lane.embed(lane.observe(image)[0])
        add_strangers(store, like, enrolments, options.seed, options.progress)
        return site, look_up(store, like, site.subject_id, settings, options.seed)


def _models(settings: Settings) -> tuple[UsedModel, ...]:
    manifest = Catalogue(settings.home).manifest
    return tuple(UsedModel.of(manifest.get(model_id)) for model_id in (settings.face_detector, settings.face_embedder))


def _lookup_metrics(lookups: Lookups | None) -> Metrics:
    if lookups is None:
        return {}
    return {
        "index_build_s": lookups.build_s,
        **percentiles_ms(lookups.identify_s, "lookup_identify_ms"),
        **percentiles_ms(lookups.claimed_s, "lookup_claimed_ms"),
    }


def _conditions(requests: Requests, api: RunningApi, picture_bytes: int, enrolments: int) -> Metrics:
    answers: dict[str, JsonValue] = dict(requests.words)
    return {
        "input": f"a picture of {picture_bytes} bytes, one request after the other over one connection",
        "warm_ups": WARM_UPS,
        "answers": answers,
        "api_on_one_core": api.pinned,
        "enrolments": enrolments + 1,
        "ready_s": "from starting the process to /readyz, with converted networks in the cache",
        "identified_s": "from starting the process to the first decision of a gate that searches all enrolments",
        "rss": "MB of 10^6 bytes; rss_rest_mb before the first request, rss_mb after the last",
    }
