/**
 * Draws the plots with uPlot, in the colours of the page's theme: anew where the theme changes, where the
 * page is printed, and where there is more or less room. Opens what is folded for paper.
 */
export const PLOT_SCRIPT = `
'use strict';
(() => {
  const HEIGHT = 220;
  const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const units = [[18000, 3600, ' h'], [300, 60, ' min'], [0, 1, ' s']];
  const unitOf = (seconds) => units.find(([from]) => seconds >= from);
  const told = (value, [, unit, name]) => Math.round(value * 10 / unit) / 10 + name;
  const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200];
  const axis = (over) => ({
    stroke: colour('--faint'), grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 }, ...over,
  });
  const options = (width, diverged) => ({
    width, height: HEIGHT,
    cursor: { y: false },
    scales: { x: { time: false, range: (_, low, high) => [0, high] }, y: { range: (_, low, high) => [0, Math.max(high, 1) * 1.05] },
      diverged: { range: (_, low, high) => [0, Math.max(high, 1) * 1.05] } },
    series: [
      { label: 'time', value: (_, value) => value === null ? '' : told(value, unitOf(value)) },
      { label: 'cases/s', stroke: colour('--plot'), fill: colour('--plot-page'), width: 2,
        points: { show: false } },
      ...diverged ? [{ label: 'diverged', scale: 'diverged', stroke: colour('--x'), width: 2, dash: [6, 4],
        points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) }] : [],
    ],
    axes: [
      axis({ incrs: STEPS, space: 70, values: (plot, ticks) =>
        ticks.map((tick) => told(tick, unitOf(plot.scales.x.max))) }),
      axis({ size: 64 }),
      ...diverged ? [axis({ scale: 'diverged', side: 1, size: 40, stroke: colour('--x'),
        grid: { show: false }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1e4, 1e5, 1e6] })] : [],
    ],
  });
  const data = JSON.parse(document.getElementById('plots').textContent);
  const plots = [];
  for (const element of document.querySelectorAll('[data-plot]')) {
    const { seconds: x, casesPerSecond, divergences } = data[element.dataset.plot];
    const diverged = divergences.some((count) => count > 0);
    const series = diverged ? [x, casesPerSecond, divergences] : [x, casesPerSecond];
    const plot = new uPlot(options(element.clientWidth, diverged), series, element);
    plots.push(plot);
    new ResizeObserver(() => {
      if (element.clientWidth !== plot.width) plot.setSize({ width: element.clientWidth, height: HEIGHT });
    }).observe(element);
  }
  const redraw = () => plots.forEach((plot) => plot.redraw(false, true));
  for (const query of ['(prefers-color-scheme: dark)', 'print']) {
    matchMedia(query).addEventListener('change', redraw);
  }
  addEventListener('beforeprint', () => {
    for (const folded of document.querySelectorAll('details')) folded.open = true;
  });
})();
`;
