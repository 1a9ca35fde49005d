"""A probe against the enrolled: 1:1 and 1:N, each model with its own threshold, never two models mixed."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.events import DecisionWord
from pipelines.gallery.galleries import Galleries, best_similarity
from pipelines.records.gate_values import Gate
from pipelines.records.store import Store
from pipelines.records.values import Gallery
from pipelines.services.probe import Probe, Thresholds
from vision.types import Embedding

_ROUNDING = 1e-4
"""One likeness computed twice, in an index and alone, differs by less."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a comparison; the reasons are listed in `pipelines.services.gates`."""

    decision: DecisionWord
    reason: str
    score: float | None = None
    threshold: float | None = None
    subject_id: str | None = None
    model_id: str | None = None


def unknown(reason: str) -> Finding:
    """Nothing was compared, and why."""
    return Finding("unknown", reason)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares with the current model first, then with those that serve the subjects who were not enrolled anew.

    Attributes:
        store: where consents are looked up at every decision.
        galleries: the enrolled.
        thresholds: of each model.
        margin_decades: how much better than the runner-up an identified subject must score, in decades of false match
            rate, where the gate states no similarity.
    """

    store: Store
    galleries: Galleries
    thresholds: Thresholds
    margin_decades: float

    def verify(self, gate: Gate, gallery: Gallery, subject_id: str, probe: Probe) -> Finding:
        """Is it that subject?

        Raises:
            Uncalibrated: no threshold can be stated.
        """
        templates = self.store.templates.of_subject(subject_id, gallery.id)
        enrolled = {template.embedding.model_id for template in templates}
        model_id = next((model_id for model_id in probe.lane.embedders if model_id in enrolled), None)
        if model_id is None:
            return unknown("not_enrolled")
        if not self.store.consents.holds(subject_id, gallery.purpose):
            return unknown("no_consent")
        threshold = self.thresholds.threshold(model_id, gate.target_fmr)
        embedding = probe.embedding(model_id, self.thresholds)
        if embedding is None:
            return unknown("several_people")
        score = best_similarity(templates, embedding)
        if score is None or score < threshold:
            return Finding("rejected", "below_threshold", score, threshold, subject_id, model_id)
        return Finding("accepted", "match", score, threshold, subject_id, model_id)

    def identify(self, gate: Gate, gallery: Gallery, probe: Probe) -> Finding:
        """Who is it?

        Raises:
            Uncalibrated: no threshold can be stated for one of the models.
        """
        if not self.galleries.follow(gallery.id, tuple(probe.lane.embedders)):
            return unknown("index_stale")
        serving = [model_id for model_id in probe.lane.embedders if self.galleries.count(gallery.id, model_id) > 0]
        if not serving:
            return unknown("gallery_empty")
        findings: list[Finding] = []
        embeddings: dict[str, Embedding] = {}
        for place, model_id in enumerate(serving):
            embedding = probe.embedding(model_id, self.thresholds)
            if embedding is None:
                return unknown("several_people")
            embeddings[model_id] = embedding
            findings.append(self._best(gate, gallery, embedding, tuple(serving[:place])))
        return self._confirmed(gallery, _one_of(findings), embeddings)

    def _best(self, gate: Gate, gallery: Gallery, embedding: Embedding, newer_models: tuple[str, ...]) -> Finding:
        """The nearest subject of one model, if near enough and clearly nearer than any other."""
        threshold = self.thresholds.threshold(embedding.model_id, gate.target_fmr)
        matches = self.galleries.identify(gallery.id, embedding, 2, newer_models)
        if not matches or matches[0].score < threshold:
            score = matches[0].score if matches else None
            return Finding("unknown", "no_match", score, threshold, model_id=embedding.model_id)
        best = matches[0]
        margin = gate.margin
        if margin is None:
            margin = self.thresholds.margin(embedding.model_id, self.margin_decades)
        if len(matches) > 1 and best.score - matches[1].score < margin:
            return Finding("unknown", "ambiguous", best.score, threshold, model_id=embedding.model_id)
        return Finding("accepted", "match", best.score, threshold, best.subject_id, embedding.model_id)

    def _confirmed(self, gallery: Gallery, finding: Finding, embeddings: Mapping[str, Embedding]) -> Finding:
        """The finding, where the database says now what the index said: consent, and a template as alike."""
        if finding.subject_id is None or finding.model_id is None or finding.score is None:
            return finding
        if not self.store.consents.holds(finding.subject_id, gallery.purpose):
            return unknown("no_consent")
        score = self.galleries.compare(gallery.id, finding.subject_id, embeddings[finding.model_id])
        if score is None or score < finding.score - _ROUNDING:
            return unknown("index_stale")
        return finding


def _one_of(findings: list[Finding]) -> Finding:
    """The findings of all models as one; scores of two models cannot be compared, so two candidates are ambiguous."""
    clear = [finding for finding in findings if finding.reason != "no_match"]
    if not clear:
        return findings[0]
    if len(clear) > 1:
        return Finding("unknown", "ambiguous", clear[0].score, clear[0].threshold, model_id=clear[0].model_id)
    return clear[0]
