"""The chart draws what it was given, for light and for dark pages."""

from xml.etree import ElementTree

from benchmarks.chart import Point, line_chart

SVG = "{http://www.w3.org/2000/svg}"
POINTS = [
    Point(0, "0", median=240_000, least=230_000, greatest=251_000),
    Point(100, "100 M", median=120_000, least=90_000, greatest=130_000),
]


def test_heights_stand_to_each_other_as_the_numbers_do() -> None:
    drawn = line_chart(title="<rate>", x_name="stored", points=POINTS)
    chart = ElementTree.fromstring(drawn)  # noqa: S314 - the text is our own
    first, last = chart.iter(f"{SVG}circle")
    texts = {(text.text or ""): text for text in chart.iter(f"{SVG}text")}
    assert {"<rate>", "stored", "0", "100 M", "280,000"} <= texts.keys()
    zero = max(float(line.attrib["y1"]) for line in chart.iter(f"{SVG}line"))
    heights = [zero - float(point.attrib["cy"]) for point in (first, last)]
    assert round(heights[0] / heights[1], 2) == 2.0


def test_a_chart_has_colours_for_dark_pages() -> None:
    assert "prefers-color-scheme: dark" in line_chart(title="a", x_name="b", points=POINTS)
