"""What the endpoints work with, put together by the composition root."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from taximeter.accounts.attempts import AttemptStore
from taximeter.accounts.sign_in import SignInStore
from taximeter.accounts.user import UserStore
from taximeter.alerts.alert import AlertNotificationStore, AlertStore
from taximeter.api.auth import Authenticator
from taximeter.api.request_log import RequestLog
from taximeter.api.session_auth import SessionAuthenticator
from taximeter.authorizations.check_before_use import CheckBeforeUse
from taximeter.authorizations.reservation import ReservationStore
from taximeter.changes import Cause, Changes
from taximeter.cursors import CursorStore
from taximeter.environments import Environment, EnvironmentStore
from taximeter.events import EventStore
from taximeter.idempotency import RequestStore
from taximeter.imports.uploads import Uploads
from taximeter.ingest.accept import Intake, StreamIntake
from taximeter.ingest.directory import Directory
from taximeter.ingest.writer import Writer
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.stores import BillingUnit
from taximeter.kit.clock import Clock, now_s
from taximeter.reports.reader import RejectionReader
from taximeter.sessions import SessionStore
from taximeter.settings import Settings
from taximeter.usage.reader import UsageReader
from taximeter.webhooks.address import AddressRules
from taximeter.webhooks.delivery import DeliveryStore
from taximeter.webhooks.destination import EventDestinationStore


class Unit(BillingUnit, Protocol):
    """One transaction over the records."""

    @property
    def environments(self) -> EnvironmentStore:
        """Return environments and keys."""
        ...

    @property
    def requests(self) -> RequestStore:
        """Return the answers given under idempotency keys."""
        ...

    @property
    def sessions(self) -> SessionStore:
        """Return the meter event sessions."""
        ...

    @property
    def events(self) -> EventStore:
        """Return the events."""
        ...

    @property
    def event_destinations(self) -> EventDestinationStore:
        """Return whom events are told to."""
        ...

    @property
    def deliveries(self) -> DeliveryStore:
        """Return the deliveries of events."""
        ...

    @property
    def cursors(self) -> CursorStore:
        """Return how far readers of the log have got."""
        ...

    @property
    def alerts(self) -> AlertStore:
        """Return the alerts."""
        ...

    @property
    def alert_notifications(self) -> AlertNotificationStore:
        """Return what alerts told."""
        ...

    @property
    def changes(self) -> Changes:
        """Return what this transaction has changed."""
        ...

    @property
    def cause(self) -> Cause | None:
        """Return the request that this transaction answers, or None."""
        ...

    @property
    def reservations(self) -> ReservationStore:
        """Return the reservations of usage."""
        ...

    def then(self, call: Callable[[], None]) -> None:
        """Have something called once this transaction is committed."""
        ...

    @property
    def users(self) -> UserStore:
        """Return the dashboard's accounts."""
        ...

    @property
    def sign_ins(self) -> SignInStore:
        """Return the sessions of browsers, and the links that open them."""
        ...

    @property
    def attempts(self) -> AttemptStore:
        """Return the attempts to sign in."""
        ...


class Records(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""
        ...

    def writing(self, *, cause: Cause | None = None) -> AbstractContextManager[Unit]:
        """Open a transaction that commits at the end of the block, and not at all on an error.

        `cause` is the request that is answered.
        """
        ...


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The running parts of one server."""

    settings: Settings
    clock: Clock
    records: Records
    reader: UsageReader
    rejections: RejectionReader
    writer: Writer
    directory: Directory
    intake: Intake
    stream: StreamIntake
    authenticator: Authenticator
    sessions: SessionAuthenticator
    uploads: Uploads
    requests: RequestLog
    webhook_addresses: AddressRules
    check_before_use: CheckBeforeUse


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint is handed beside its parameters."""

    services: Services
    unit: Unit
    environment: Environment
    path: str
    path_params: dict[str, str]

    def now(self) -> int:
        """Return the present moment in Unix seconds."""
        return now_s(self.services.clock)

    def billing(self) -> Billing:
        """Return what a use case bills with."""
        services = self.services
        return Billing(
            unit=self.unit,
            environment=self.environment.id,
            reader=services.reader,
            barrier=services.writer,
            clock=services.clock,
            settings=services.settings,
        )
