"""A form with a file in it, however the network cuts it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from taximeter.dashboard.multipart import Multipart

TYPE = "multipart/form-data; boundary=b"


def body(fields: list[tuple[str, str]], name: str, content: bytes) -> bytes:
    parts = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        % (key.encode(), value.encode())
        for key, value in fields
    )
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n' % name.encode()
    return parts + head + b"Content-Type: text/csv\r\n\r\n" + content + b"\r\n--b--\r\n"


NAMES = st.text("abc_", min_size=1, max_size=5)
# What stands between two boundaries holds none itself, and begins behind a line's end.
TEXTS = st.text("ab\r\n-é", max_size=8).filter(lambda text: "\r\n--b" not in "\r\n" + text)
CONTENTS = st.lists(
    st.sampled_from([b"\r\n--", b"\r\n", b"-", b"x" * 40, b"\n--b", b"\x00", b"\xff"])
).map(b"".join)


@given(
    st.lists(st.tuples(NAMES, TEXTS)),
    CONTENTS.filter(lambda one: b"\r\n--b" not in b"\r\n" + one),
    st.data(),
)
def test_fields_and_file_come_out_as_they_were_put_in(
    fields: list[tuple[str, str]], content: bytes, data: st.DataObject
) -> None:
    sent = body(fields, "a.csv", content)
    cuts = data.draw(st.lists(st.integers(0, len(sent)), max_size=6))
    parts = Multipart(TYPE)
    taken = b""
    for start, end in pairwise(sorted({0, *cuts, len(sent)})):
        parts.feed(sent[start:end])
        if parts.file_name is not None:
            taken += parts.take()
    assert (taken, parts.is_whole, parts.file_name) == (content, True, "a.csv")
    assert [(name, value) for name, values in parts.fields.items() for value in values] == sorted(
        fields, key=lambda one: list(dict(fields)).index(one[0])
    )
