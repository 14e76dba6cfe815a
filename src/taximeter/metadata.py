"""Stripe's rules for metadata: small string maps that belong to the caller."""

from collections.abc import Mapping

from taximeter.errors import InvalidRequest

KEYS_MAX = 50
KEY_CHARACTERS_MAX = 40
VALUE_CHARACTERS_MAX = 500


def merged_metadata(
    current: Mapping[str, str], change: Mapping[str, str] | None, param: str = "metadata"
) -> dict[str, str]:
    """Apply a change: None clears all, an empty value removes its key, others set theirs.

    Raises InvalidRequest when a key, a value or the number of keys is past its limit.
    """
    if change is None:
        return {}
    for key, value in change.items():
        if len(key) > KEY_CHARACTERS_MAX:
            raise InvalidRequest(
                f"Metadata keys can have at most {KEY_CHARACTERS_MAX} characters; '{key}' has "
                f"{len(key)}.",
                param=f"{param}[{key}]",
            )
        if "[" in key or "]" in key:
            raise InvalidRequest(
                f"Metadata keys cannot contain [ or ]: '{key}'.", param=f"{param}[{key}]"
            )
        if len(value) > VALUE_CHARACTERS_MAX:
            raise InvalidRequest(
                f"Metadata values can have at most {VALUE_CHARACTERS_MAX} characters; the value "
                f"of '{key}' has {len(value)}.",
                param=f"{param}[{key}]",
            )
    result = {key: value for key, value in {**current, **change}.items() if value}
    if len(result) > KEYS_MAX:
        raise InvalidRequest(
            f"Metadata can have at most {KEYS_MAX} keys; these would be {len(result)}.", param=param
        )
    return result
