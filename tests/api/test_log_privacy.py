"""What a day's work leaves in the log: no name, key, password or template."""

import logging
from pathlib import Path

import pytest

from tests.api.conftest import GALLERY, Api, jpeg, part

NAME, REFERENCE, PASSWORD = "Ada-Lovelace-1815", "passport-C01X00T47", "hunter2-hunter2"


def test_logs_hold_nothing_of_a_person_and_no_secret(
    api: Api, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    subject_id = api.client.post("/v1/subjects", json={"label": NAME, "external_ref": REFERENCE}).json()["id"]
    consent = {"subject_id": subject_id, "purpose": "building-access", "evidence": f"signed by {NAME}"}
    api.client.post("/v1/consents", json=consent)
    api.client.post("/v1/subjects", json={"label": NAME, "nickname": NAME})
    api.enrol(subject_id, jpeg(1))
    api.add_gate(barrier={"kind": "http", "url": f"http://u:{PASSWORD}@127.0.0.1:9/", "secret": PASSWORD})
    api.client.post("/v1/gates/north/verify", data={"subject_id": subject_id}, files=[part(jpeg(1))])
    api.client.post("/v1/cameras", json={"id": "cam", "url": f"rtsp://u:{PASSWORD}@127.0.0.1:9/{PASSWORD}"})
    api.client.post("/v1/cameras", json={"id": "bad", "url": f"gopher://u:{PASSWORD}@x"})
    api.client.post("/v1/gates/north/open", json={"reason": "test"})
    api.client.get("/v1/subjects", headers={"Authorization": f"Bearer {PASSWORD}"})
    api.client.delete("/v1/cameras/cam")
    [template] = api.assembly.store.templates.of_subject(subject_id, GALLERY)
    embedding = template.embedding
    api.client.delete(f"/v1/subjects/{subject_id}")
    # The client of the tests logs its own addresses; the rest is ours and our libraries'.
    lines = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    text = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in lines)
    assert any(record.name.startswith("pipelines") for record in lines)
    secret = str(api.client.headers["Authorization"]).removeprefix("Bearer ")
    for word in (NAME, REFERENCE, PASSWORD, secret, str(embedding.vector[1]), str(embedding.vector)):
        assert word not in text
