"""Figures from a running server, over the API that every client uses."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from taximeter.cli.usage.api import ServerApi
from taximeter.cli.usage.source import CustomerFound, Figure, MeterFound, Question

_AT_ONCE = 8


class ServerUsage:
    """See `UsageSource`. Customers that were deleted are not listed, and so not among "each"."""

    def __init__(self, url: str, api_key: str) -> None:
        """Ask the server at an address; nothing is sent yet."""
        self._api = ServerApi(url, api_key)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def meters(self) -> Sequence[MeterFound]:
        """Return all meters, newest first."""
        return [
            MeterFound(
                id=one["id"],
                event_name=one["event_name"],
                formula=one["default_aggregation"]["formula"],
                dimensions=tuple(one.get("dimension_payload_keys", ())),
                active=one["status"] == "active",
            )
            for one in self._api.pages("/v1/billing/meters", {})
        ]

    def customers(self, ids: Sequence[str] | None) -> Sequence[CustomerFound]:
        """Return these customers, or (None) all that are not deleted."""
        found = (
            self._api.pages("/v1/customers", {})
            if ids is None
            else (self._api.get(f"/v1/customers/{id}", {}) for id in ids)
        )
        return [CustomerFound(id=one["id"], name=one.get("name") or "") for one in found]

    def figures(self, question: Question) -> Sequence[Figure]:
        """Return a figure for each customer, group and window that has usage."""
        if question.customer is not None:
            return self._figures(question, question.customer)
        ids = [one.id for one in self.customers(None)]
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            answers = threads.map(lambda id: self._figures(question, id), ids)
            return [figure for answer in answers for figure in answer]

    def _figures(self, question: Question, customer: str) -> Sequence[Figure]:
        if question.window is None or question.utc_window is not None:
            return self._summaries(question, customer)
        return self._usage(question, customer)

    def _usage(self, question: Question, customer: str) -> Sequence[Figure]:
        """Ask for windows that summaries do not have."""
        keys = enumerate(question.by)
        asked = {
            "customer": customer,
            "starts_at": str(question.start),
            "ends_at": str(question.end),
            "timezone": question.timezone,
            "value_grouping_window": str(question.window),
            "meters[0][meter]": question.meter.id,
            **{f"meters[0][dimension_group_by_keys][{i}]": key for i, key in keys},
        }
        if question.as_of is not None:
            asked["as_of"] = str(question.as_of)
        return [
            Figure(
                customer=customer,
                start=one["starts_at"],
                end=one["ends_at"],
                value=Decimal(one["value_decimal"]),
                dimensions=tuple((one["dimensions"] or {}).get(key, "") for key in question.by),
            )
            for one in self._api.get("/v1/billing/analytics/meter_usage", asked)["rows"]["data"]
        ]

    def _summaries(self, question: Question, customer: str) -> Sequence[Figure]:
        """Ask for the whole range, or for hours or days of UTC: page by page, however many."""
        asked = {
            "customer": customer,
            "start_time": str(question.start),
            "end_time": str(question.end),
            **{f"dimension_group_by_keys[{i}]": key for i, key in enumerate(question.by)},
        }
        if question.window is not None:
            asked["value_grouping_window"] = question.window
        if question.as_of is not None:
            asked["as_of"] = str(question.as_of)
        return [
            Figure(
                customer=customer,
                start=one["start_time"],
                end=one["end_time"],
                value=Decimal(one["aggregated_value_decimal"]),
                dimensions=tuple(one.get("dimensions", {}).get(key, "") for key in question.by),
            )
            for one in self._api.pages(
                f"/v1/billing/meters/{question.meter.id}/event_summaries", asked
            )
        ]
