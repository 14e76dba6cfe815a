"""Values as callers spell them: up to 15 digits, in every notation that counts as a number."""

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

DIGITS_MAX = 15
PLACES_MAX = 15
INTEGER_DIGITS_MAX = 23


@st.composite
def numbers(draw: DrawFn) -> str:
    """A number that every limit lets pass."""
    digits = draw(st.one_of(st.integers(0, 9), st.integers(0, 10**DIGITS_MAX - 1)))
    room = INTEGER_DIGITS_MAX - len(str(digits))
    exponent = draw(st.one_of(st.integers(-2, 2), st.integers(-PLACES_MAX, room)))
    sign = draw(st.sampled_from(["", "", "-", "+"]))
    return sign + _spelled(draw, digits, exponent)


def _spelled(draw: DrawFn, digits: int, exponent: int) -> str:
    notation = draw(st.sampled_from(["plain", "plain", "exponent", "shifted"]))
    if notation == "exponent":
        return f"{digits}{draw(st.sampled_from('eE'))}{exponent}"
    if notation == "shifted":
        places = draw(st.integers(1, 20))
        return f"0.{digits:0{places}d}e{exponent + max(places, len(str(digits)))}"
    if exponent >= 0:
        zeros = draw(st.sampled_from(["", ".", ".0", ".000"]))
        return f"{draw(st.sampled_from(['', '0', '00']))}{digits}{'0' * exponent}{zeros}"
    padded = f"{digits:0{-exponent + 1}d}"
    whole, fraction = padded[:exponent], padded[exponent:]
    if not whole.strip("0") and draw(st.booleans()):
        whole = ""
    return f"{whole}.{fraction}"


# Colliding on purpose, and unlike each other in ways that a careless comparison would not see.
TEXTS = ["a", "A", "a ", " a", "ä", "a\u0308", "1", "1.0", "null", "$", "'", '"', "\\", "a,b", "日"]
texts = st.one_of(
    st.sampled_from(TEXTS),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
)
