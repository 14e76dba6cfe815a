"""`billing.meter_event_authorization` on the wire: an object of ours."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.alerts.alert import AlertType
from taximeter.authorizations.authorization import Authorization, LimitState
from taximeter.environments import Environment
from taximeter.kit import decimals


class LimitObject(msgspec.Struct, frozen=True, kw_only=True):
    """Where the customer stands with one hard limit, before what was asked for.

    Usage is in the meter's units; spend and credits are in the minor unit of their currency.
    """

    alert: str
    alert_type: AlertType
    limit: Decimal
    remaining: Decimal
    reserved: Decimal
    used: Decimal


class ReservedObject(msgspec.Struct, frozen=True, kw_only=True):
    """The reservation that was made."""

    id: str
    expires_at: int


class AuthorizationObject(msgspec.Struct, frozen=True, kw_only=True):
    """May the customer use so much more; `denied_by` names the alerts that say no."""

    object: Literal["billing.meter_event_authorization"] = "billing.meter_event_authorization"
    authorized: bool
    credit_balance: int | None
    customer: str
    denied_by: Sequence[str]
    limits: Sequence[LimitObject]
    livemode: bool
    meter: str
    reservation: ReservedObject | None
    value: Decimal
    value_decimal: str


def authorization_object(answer: Authorization, environment: Environment) -> AuthorizationObject:
    """Render an answer."""
    question, made = answer.question, answer.reservation
    return AuthorizationObject(
        authorized=answer.authorized,
        credit_balance=None if answer.credit is None else answer.credit.balance,
        customer=question.event.customer,
        denied_by=answer.denied_by,
        limits=[_limit_object(state) for state in answer.limits],
        livemode=environment.livemode,
        meter=question.meter.id,
        reservation=None
        if made is None
        else ReservedObject(id=made.id, expires_at=made.expires_at),
        value=decimals.normal(question.value),
        value_decimal=decimals.text(question.value),
    )


def _limit_object(state: LimitState) -> LimitObject:
    return LimitObject(
        alert=state.alert,
        alert_type=state.alert_type,
        limit=decimals.normal(state.limit),
        remaining=decimals.normal(state.remaining),
        reserved=decimals.normal(state.reserved),
        used=decimals.normal(state.used),
    )
