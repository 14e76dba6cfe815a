"""How long a draft waits."""

from typing import Any

import msgspec
import pytest

from taximeter.invoicing.grace import grace_seconds
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS
from taximeter.settings import SettingError, Settings, read_settings

MONTH = 30 * DAY_SECONDS
RULES = "cycle=24,metered=48,cycle+metered=72"


@pytest.mark.parametrize(
    ("rules", "conditions", "hours"),
    [
        (None, {"cycle": True, "metered": True}, 1),
        (RULES, {"cycle": True, "metered": True}, 72),
        (RULES, {"cycle": True, "metered": False}, 24),
        (RULES, {"cycle": False, "metered": True}, 48),
        (RULES, {"cycle": False, "metered": False}, 1),
        ("cycle=0", {"cycle": True, "metered": True}, 0),
    ],
)
def test_the_longest_rule_that_matches_counts(
    rules: str | None, conditions: dict[str, Any], hours: int
) -> None:
    settings = msgspec.structs.replace(Settings(), grace_period_rules=rules)
    found = grace_seconds(settings, service_seconds=MONTH, **conditions)
    assert found == hours * HOUR_SECONDS


def test_a_grace_period_is_shorter_than_the_service_period() -> None:
    settings = msgspec.structs.replace(Settings(), grace_period_hours=72)
    found = grace_seconds(settings, cycle=True, metered=True, service_seconds=DAY_SECONDS)
    assert found == 23 * HOUR_SECONDS


@pytest.mark.parametrize("rules", ["cycle=73", "cycle", "monthly=1", "cycle=1;metered=2", "="])
def test_rules_that_mean_nothing_are_refused_at_start(rules: str) -> None:
    with pytest.raises(SettingError, match="TAXIMETER_GRACE_PERIOD_RULES"):
        read_settings({"TAXIMETER_GRACE_PERIOD_RULES": rules})
