"""The settings in force: what each does to metering and billing, and where it is set."""

import msgspec

from taximeter.dashboard.page import NoQuery, Page, View
from taximeter.dashboard.table import Table
from taximeter.settings import PREFIX, Settings

_ADDRESSES = {"usage_url", "records_url"}
"""Where a password may stand: said to be set, never shown."""

_SAID: dict[str, tuple[str, str]] = {
    "grace_period_hours": (
        "Grace period",
        "How long a period's draft invoice stays open for usage that comes late.",
    ),
    "grace_period_rules": (
        "Grace period rules",
        "Other graces for invoices that meet conditions; of several that fit, the longest holds.",
    ),
    "late_usage": (
        "Late usage",
        "Usage after its invoice was finalized is reported, or billed by the next invoice.",
    ),
    "cancel_window_hours": (
        "Cancel window",
        "How long after its receipt an event can be cancelled.",
    ),
    "event_age_days_max": (
        "Oldest event",
        "How far in the past an event's timestamp may lie.",
    ),
    "event_future_seconds_max": (
        "Latest event",
        "How far in the future an event's timestamp may lie.",
    ),
    "identifier_window_days": (
        "Identifiers",
        "How long an identifier is remembered, so that its event counts once.",
    ),
}
_UNITS = {
    "days": "days",
    "hours": "hours",
    "minutes": "minutes",
    "seconds": "seconds",
    "bytes": "bytes",
}
_CONDITIONS = {
    "cycle": "invoices of a subscription cycle",
    "metered": "invoices with a metered price",
    "cycle+metered": "invoices of a subscription cycle with a metered price",
}


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A setting in force, and the variable that sets it."""

    variable: str
    value: str
    is_default: bool
    label: str = ""
    says: str = ""


class ConfigurationData(msgspec.Struct, frozen=True, kw_only=True):
    """Those that decide what is billed, and all others."""

    explained: tuple[Setting, ...]
    others: tuple[Setting, ...]


def read_configuration(view: View, query: NoQuery) -> ConfigurationData:
    """Return the settings that the server was started with."""
    settings = view.services.settings
    names = Settings.__struct_fields__
    return ConfigurationData(
        explained=tuple(_setting(settings, name) for name in _SAID),
        others=tuple(_setting(settings, name) for name in names if name not in _SAID),
    )


def _setting(settings: Settings, name: str) -> Setting:
    label, says = _SAID.get(name, ("", ""))
    value = getattr(settings, name)
    return Setting(
        variable=PREFIX + name.upper(),
        value=_written(name, value),
        is_default=value == getattr(Settings(), name),
        label=label,
        says=says,
    )


def _written(name: str, value: object) -> str:
    if value is None:
        return "none"
    if name in _ADDRESSES:
        return "set"
    if name == "grace_period_rules":
        return "; ".join(map(_rule, str(value).split(","))) or "none"
    if isinstance(value, int):
        words = name.removesuffix("_max").split("_")
        unit = next((_UNITS[word] for word in reversed(words) if word in _UNITS), "")
        return f"{value:,} {unit.removesuffix('s') if value == 1 else unit}".rstrip()
    return str(value)


def _rule(text: str) -> str:
    condition, _, hours = text.partition("=")
    return f"{_CONDITIONS.get(condition, condition)}: {hours} hours"


def configuration_table(data: ConfigurationData) -> Table:
    """Return all settings as a table."""
    return Table(
        name="settings",
        columns=("variable", "value", "default"),
        rows=[
            (one.variable, one.value, "yes" if one.is_default else "no")
            for one in (*data.explained, *data.others)
        ],
    )


PAGE = Page(
    path="developers/settings",
    area="developers",
    query=NoQuery,
    read=read_configuration,
    template="configuration.html",
    title=lambda _: "Settings",
    table=configuration_table,
    for_admins=False,
)
