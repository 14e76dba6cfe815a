"""How hard Hypothesis tries: the same examples on every run, many more in a soak."""

import os

from hypothesis import HealthCheck, settings

# A database is opened for every example, and the machine may be busy: no example has a deadline.
settings.register_profile(
    "test",
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "soak", settings.get_profile("test"), max_examples=2_000, derandomize=False
)
settings.load_profile(os.environ.get("TAXIMETER_PROFILE", "test"))
