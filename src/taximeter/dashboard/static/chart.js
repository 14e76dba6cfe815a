// Draws what a data endpoint answers: `{chart: {kind, window, zone, starts, labels, series}}`.
// Values come as text with all their digits; they become numbers here, for drawing alone.
"use strict";
(() => {
  const drawn = new Map();
  const HEIGHT = 260;
  // Told apart without colour: each series has its own dash on lines and its own hatching on bars.
  const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [1, 4]];
  const HATCHES = [null, "/", ".", "-", "\\", "+"];

  const token = (element, name) => {
    // A theme's colours are functions of the scheme, so they are asked of an element that has one.
    const probe = document.createElement("span");
    probe.className = `swatch-${name}`;
    element.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };

  const hatch = (context, colour, ground, kind) => {
    if (!kind) return colour;
    const ratio = window.devicePixelRatio || 1;
    const size = 8 * ratio;
    const tile = document.createElement("canvas");
    tile.width = tile.height = size;
    const pen = tile.getContext("2d");
    pen.fillStyle = ground;
    pen.fillRect(0, 0, size, size);
    pen.globalAlpha = 0.3;
    pen.fillStyle = colour;
    pen.fillRect(0, 0, size, size);
    pen.globalAlpha = 1;
    pen.strokeStyle = pen.fillStyle;
    pen.lineWidth = 2 * ratio;
    const line = (a, b, c, d) => {
      pen.beginPath();
      pen.moveTo(a, b);
      pen.lineTo(c, d);
      pen.stroke();
    };
    if (kind === "/") line(0, size, size, 0);
    if (kind === "\\") line(0, 0, size, size);
    if (kind === "-" || kind === "+") line(0, size / 2, size, size / 2);
    if (kind === "+") line(size / 2, 0, size / 2, size);
    if (kind === ".") pen.fillRect(size / 4, size / 4, size / 2, size / 2);
    return context.createPattern(tile, "repeat");
  };

  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
  const exact = (text) => {
    if (text === null || text === undefined) return "–";
    const [whole, places] = text.split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    return places ? `${grouped}.${places}` : grouped;
  };

  const stacked = (columns) => {
    const sums = columns[0].map(() => 0);
    return columns.map((column) => column.map((value, index) => (sums[index] += value ?? 0)));
  };

  const plot = (element, chart) => {
    const width = Math.max(200, element.clientWidth);
    let columns = chart.series.map((one) => one.values.map((v) => (v === null ? null : Number(v))));
    // The period before is a line of its own, over whatever the others are.
    const before = chart.series.map((one) => one.part === "previous");
    const own = before.filter((one) => !one).length;
    if (chart.kind === "stacked")
      columns = [...stacked(columns.slice(0, own)), ...columns.slice(own)];
    const positions = chart.starts.map((_, index) => index);
    const bars = chart.kind !== "line";
    const ink = token(element, "ink");
    const rule = token(element, "rule");
    const ground = token(element, "ground");
    const colours = chart.series.map((_, index) => token(element, `series-${index % 6}`));
    // Of stacked bars the tallest is drawn first, so that the others stand before it.
    const order = chart.series.map((_, index) =>
      chart.kind === "stacked" && index < own ? own - 1 - index : index,
    );
    const line = (index) => ({
      stroke: before[index] ? ink : colours[index],
      width: 2,
      dash: before[index] ? [6, 4] : DASHES[index % DASHES.length],
      points: { show: !before[index] && positions.length < 60 },
    });
    const bar = (index) => ({
      stroke: colours[index],
      width: 1,
      fill: (u) =>
        hatch(u.ctx, colours[index], ground, own > 1 ? HATCHES[index % HATCHES.length] : null),
      paths: uPlot.paths.bars({ size: [0.8, 40] }),
      points: { show: false },
    });
    const series = order.map((index) => ({
      label: chart.series[index].label,
      value: (u, _, __, at) => (at === null ? "" : exact(chart.series[index].values[at])),
      ...(bars && !before[index] ? bar(index) : line(index)),
    }));
    const axis = { stroke: ink, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule } };
    return new uPlot(
      {
        width,
        height: HEIGHT,
        cursor: { y: false },
        scales: {
          x: { time: false, range: [-0.6, positions.length - 0.4] },
          y: { range: (u, low, high) => [Math.min(0, low ?? 0), (high ?? 0) > 0 ? high * 1.08 : 1] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            values: (u, ticks) =>
              ticks.map((at) => (Number.isInteger(at) ? (chart.labels[at] ?? "") : "")),
            space: 90,
            incrs: [1, 2, 3, 4, 6, 7, 12, 24, 30, 48, 72, 168],
          },
          { ...axis, size: 64, values: (u, ticks) => ticks.map((one) => short.format(one)) },
        ],
        series: [
          { label: chart.window, value: (u, _, __, at) => (at === null ? "" : chart.labels[at]) },
          ...series,
        ],
      },
      [positions, ...order.map((index) => columns[index])],
      element,
    );
  };

  const draw = async (element) => {
    const source = element.dataset.chart;
    if (!drawn.has(element)) drawn.set(element, null);
    const answer = await fetch(source, { headers: { accept: "application/json" } });
    if (!answer.ok || !element.isConnected) return;
    const { chart } = await answer.json();
    if (!chart || !chart.series.length) return;
    element.replaceChildren();
    drawn.set(element, plot(element, chart));
    element.dataset.drawn = "true";
  };

  const drawAll = (root) => {
    for (const element of drawn.keys()) if (!element.isConnected) drawn.delete(element);
    root.querySelectorAll("[data-chart]").forEach((element) => {
      if (!drawn.has(element)) draw(element);
    });
  };

  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("htmx:afterSettle", () => drawAll(document));
  window.addEventListener("resize", () => {
    for (const [element, made] of drawn)
      if (made && element.isConnected) made.setSize({ width: element.clientWidth, height: HEIGHT });
  });
})();
