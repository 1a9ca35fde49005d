"""Webhooks: whom this installation tells of events, signed, in order and at least once."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import WebhookReader, WebhookWriter
from api.keyed_route import ONCE, KeyedRoute
from api.problems import FORBIDDEN_PURPOSE, INVALID_VALUE, NOT_FOUND, UNKNOWN_GATE, documented, documented_post
from api.schemas.common import Listing, PageParts, listing
from api.schemas.webhooks import (
    DeliveryOut,
    NewWebhookOut,
    ReplayOut,
    RotationIn,
    TrialOut,
    WebhookChange,
    WebhookIn,
    WebhookOut,
)
from api.site import Site, SiteDep
from api.visible import visible_gate, visible_lot, visible_webhook
from pipelines.outlets.signing import new_secret
from pipelines.records.outlet_values import DeliveryState, Outlet, Progress, Wanted
from pipelines.records.values import ApiKey

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=KeyedRoute)

GONE = documented(NOT_FOUND, FORBIDDEN_PURPOSE)
ACTED = documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE)
WRITTEN = documented_post(NOT_FOUND, UNKNOWN_GATE, FORBIDDEN_PURPOSE, INVALID_VALUE)


@router.post("", status_code=201, responses=WRITTEN, dependencies=ONCE)
def add_webhook(webhook: WebhookIn, site: SiteDep, key: WebhookWriter) -> NewWebhookOut:
    """Have events that happen from now on posted to an address; its secret is shown this once.

    A webhook has the rights of the key that made it, and rests with it: `paused` until another key changes it.
    """
    record = webhook.record(key, site.assembly.clock())
    site.assembly.outlets.ways.reach.check_url(webhook.url)
    _check(site, key, record.wanted)
    return NewWebhookOut.of(site.store.outlets.create(record, actor=key.id))


@router.get("", responses=documented(INVALID_VALUE))
def list_webhooks(site: SiteDep, key: WebhookReader, part: PageParts) -> Listing[WebhookOut]:
    """The webhooks that see no more than the key may; a part may hold fewer than `limit`."""
    return listing(site.store.outlets.list(part.cursor, part.limit, key, "webhook"), WebhookOut.of)


@router.get("/{webhook_id}", responses=GONE)
def get_webhook(webhook_id: str, site: SiteDep, key: WebhookReader) -> WebhookOut:
    """One webhook, and how far it is."""
    return WebhookOut.of(visible_webhook(site.store, key, webhook_id))


@router.patch("/{webhook_id}", responses=WRITTEN)
def change_webhook(webhook_id: str, change: WebhookChange, site: SiteDep, key: WebhookWriter) -> WebhookOut:
    """Give a webhook another address or filter, or switch it off and on; it goes on where it was."""
    before = visible_webhook(site.store, key, webhook_id)
    _check(site, key, change.wanted(before.wanted))
    if change.url is not None:
        site.assembly.outlets.ways.reach.check_url(change.url)

    def changed(outlet: Outlet) -> Outlet:
        target = outlet.target
        if change.url is not None and target is not None:
            target = replace(target, url=change.url)
        return replace(
            outlet,
            title=change.title or outlet.title,
            target=target,
            wanted=change.wanted(outlet.wanted),
            key_id=key.id,
            progress=_switched(outlet, change.enabled),
        )

    return WebhookOut.of(site.store.outlets.change(webhook_id, changed, actor=key.id, action="webhook.changed"))


@router.delete("/{webhook_id}", status_code=204, responses=GONE)
def delete_webhook(webhook_id: str, site: SiteDep, key: WebhookWriter) -> None:
    """Tell it nothing more; what it refused is forgotten."""
    visible_webhook(site.store, key, webhook_id)
    site.store.outlets.delete(webhook_id, actor=key.id)


@router.post("/{webhook_id}/rotate-secret", responses=ACTED, dependencies=ONCE)
def rotate_secret(webhook_id: str, rotation: RotationIn, site: SiteDep, key: WebhookWriter) -> NewWebhookOut:
    """Sign with a new secret, shown this once; the one before signs beside it for `overlap_h`."""
    visible_webhook(site.store, key, webhook_id)
    overlap = timedelta(hours=rotation.overlap_h)
    return NewWebhookOut.of(site.store.outlets.rotate(webhook_id, new_secret(), overlap, actor=key.id))


@router.post("/{webhook_id}/test", responses=ACTED, dependencies=ONCE)
def test_webhook(webhook_id: str, site: SiteDep, key: WebhookWriter) -> TrialOut:
    """Post a signed delivery of the type `webhook.test` now, and say whether it was taken; nothing is tried again."""
    sender = site.assembly.outlets.ways.webhook(visible_webhook(site.store, key, webhook_id))
    try:
        return TrialOut.of(sender.test())
    finally:
        sender.close()


@router.get("/{webhook_id}/deliveries", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE))
def list_deliveries(
    webhook_id: str,
    site: SiteDep,
    key: WebhookReader,
    part: PageParts,
    state: Annotated[DeliveryState | None, Query(description="default: both")] = None,
) -> Listing[DeliveryOut]:
    """The events that the webhook refused and that have not been taken since, oldest first."""
    visible_webhook(site.store, key, webhook_id)
    return listing(site.store.deliveries.list(webhook_id, state, part.cursor, part.limit), DeliveryOut.of)


@router.post("/{webhook_id}/replay", responses=ACTED, dependencies=ONCE)
def replay_deliveries(webhook_id: str, site: SiteDep, key: WebhookWriter) -> ReplayOut:
    """Have every refused event tried again, with the id it had."""
    visible_webhook(site.store, key, webhook_id)
    return ReplayOut(replayed=site.store.deliveries.replay(webhook_id, actor=key.id))


@router.post("/{webhook_id}/deliveries/{event_id}/replay", responses=ACTED, dependencies=ONCE)
def replay_delivery(webhook_id: str, event_id: str, site: SiteDep, key: WebhookWriter) -> ReplayOut:
    """Have one refused event tried again, with the id it had."""
    visible_webhook(site.store, key, webhook_id)
    return ReplayOut(replayed=site.store.deliveries.replay(webhook_id, event_id, actor=key.id))


def _check(site: Site, key: ApiKey, wanted: Wanted) -> None:
    """Refuse a filter that names what the key may not see, or what is not there."""
    for purpose in wanted.purposes:
        key.require_purpose(purpose)
    if wanted.gate_id is not None:
        visible_gate(site.store, key, wanted.gate_id)
    if wanted.lot_id is not None:
        visible_lot(site.store, key, wanted.lot_id)
    if wanted.camera_id is not None:
        site.assembly.cameras.get(wanted.camera_id, key)


def _switched(outlet: Outlet, enabled: bool | None) -> Progress:
    if enabled is None:
        return outlet.progress
    return replace(outlet.progress, disabled=None if enabled else "by_request")
