"""The manifests: by the schemas of several releases of Kubernetes, and what those cannot know."""

import re
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.deploy.deployment import FOLDER, KUBERNETES, manifests, pods

RELEASES = ("1.29", "1.31", "1.34")
PODS = pods()


@pytest.mark.parametrize("release", RELEASES)
def test_every_manifest_follows_the_schema_of_its_kind(release: str) -> None:
    checked = [kubernetes_validate.validate(one, release, strict=True) for one in manifests()]
    assert len(checked) == 13


def test_the_kustomization_applies_every_manifest_but_the_pattern_of_the_secret_and_no_other() -> None:
    told = yaml.safe_load((FOLDER / "kubernetes" / "kustomization.yaml").read_text("utf-8"))
    patterns = {path.name for path in KUBERNETES if "REPLACE" in path.read_text("utf-8")}
    assert sorted(told["resources"]) == sorted({path.name for path in KUBERNETES} - patterns)
    images = {pod["containers"][0]["image"].partition(":")[0] for pod in PODS.values()}
    assert {one["name"] for one in told["images"]} == images


def test_every_kind_that_a_deployment_wants_is_there() -> None:
    kinds = {one["kind"] for one in manifests()}
    assert kinds >= {"Deployment", "StatefulSet", "Service", "ConfigMap", "Secret", "PodDisruptionBudget"}


@pytest.mark.parametrize("name", PODS)
def test_a_pod_meets_the_restricted_standard_of_its_namespace(name: str) -> None:
    pod, (container,) = PODS[name], PODS[name]["containers"]
    assert (pod["securityContext"]["runAsNonRoot"], pod["automountServiceAccountToken"]) == (True, False)
    assert pod["enableServiceLinks"] is False
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    allowed = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    assert container["securityContext"] == allowed
    assert set(container["resources"]) == {"requests", "limits"}
    assert re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+", container["image"])


def test_a_probe_asks_for_a_path_that_the_api_answers_without_a_key(api_paths: dict[str, Any]) -> None:
    (container,) = PODS["citygate-api"]["containers"]
    probes = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {probe["path"] for probe in probes.values()} == {"/healthz", "/readyz"}
    assert probes["livenessProbe"]["path"] == "/healthz"
    for probe in probes.values():
        assert probe["port"] in {port["name"] for port in container["ports"]}
        assert "security" not in api_paths[probe["path"]]["get"]


@pytest.mark.parametrize("name", PODS)
def test_a_pod_mounts_what_is_there(name: str) -> None:
    claims = {one["metadata"]["name"] for one in manifests() if one["kind"] == "PersistentVolumeClaim"}
    templates = [one["spec"].get("volumeClaimTemplates", []) for one in _named(name)]
    volumes = {one["name"]: one for one in PODS[name]["volumes"]}
    asked = {one["persistentVolumeClaim"]["claimName"] for one in volumes.values() if "persistentVolumeClaim" in one}
    assert asked <= claims
    own = {one["metadata"]["name"] for template in templates for one in template}
    assert {one["name"] for one in PODS[name]["containers"][0]["volumeMounts"]} == set(volumes) | own


def test_a_selector_finds_the_pods_of_a_workload() -> None:
    workloads = {one["metadata"]["name"]: one["spec"] for one in manifests() if "template" in one.get("spec", {})}
    labels = {name: spec["template"]["metadata"]["labels"] for name, spec in workloads.items()}
    assert set(labels) == set(PODS)
    for one in manifests():
        if one["kind"] in ("Deployment", "StatefulSet", "PodDisruptionBudget"):
            assert one["spec"]["selector"]["matchLabels"] == labels[one["metadata"]["name"]]
        if one["kind"] == "Service":
            assert one["spec"]["selector"] == labels[one["metadata"]["name"]]


def test_the_pattern_of_the_secret_holds_none() -> None:
    (secret,) = [one for one in manifests() if one["kind"] == "Secret"]
    assert all("REPLACE" in value for value in secret["stringData"].values())
    resources = {one["metadata"]["name"] for one in manifests()}
    assert secret["metadata"]["name"] in resources


def _named(name: str) -> list[dict[str, Any]]:
    return [one for one in manifests() if one["metadata"]["name"] == name and "template" in one.get("spec", {})]
