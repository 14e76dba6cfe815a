"""Stripe's rules for metadata: small string maps that belong to the caller."""

from collections.abc import Mapping

KEYS_MAX = 50
KEY_CHARACTERS_MAX = 40
VALUE_CHARACTERS_MAX = 500


class MetadataError(ValueError):
    """The metadata break a rule; `key` is the one at fault, or None when it is their number."""

    def __init__(self, message: str, key: str | None = None) -> None:
        """Carry the sentence for the caller and the key at fault."""
        super().__init__(message)
        self.key = key


def merged(current: Mapping[str, str], change: Mapping[str, str] | None) -> dict[str, str]:
    """Apply a change: None clears all, an empty value removes its key, others set theirs.

    Raises MetadataError when a key, a value or the number of keys is past its limit.
    """
    if change is None:
        return {}
    for key, value in change.items():
        if len(key) > KEY_CHARACTERS_MAX:
            raise MetadataError(
                f"Metadata keys can have at most {KEY_CHARACTERS_MAX} characters; '{key}' has "
                f"{len(key)}.",
                key,
            )
        if "[" in key or "]" in key:
            raise MetadataError(f"Metadata keys cannot contain [ or ]: '{key}'.", key)
        if len(value) > VALUE_CHARACTERS_MAX:
            raise MetadataError(
                f"Metadata values can have at most {VALUE_CHARACTERS_MAX} characters; the value "
                f"of '{key}' has {len(value)}.",
                key,
            )
    result = {key: value for key, value in {**current, **change}.items() if value}
    if len(result) > KEYS_MAX:
        raise MetadataError(
            f"Metadata can have at most {KEYS_MAX} keys; these would be {len(result)}."
        )
    return result
