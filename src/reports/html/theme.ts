/**
 * What all pages share: colours for light and dark that stand out by 4.5 to 1 and more, text, tables that
 * scroll by themselves where a screen is narrow, and paper.
 */
export const THEME = `
:root { color-scheme: light dark; ${light()} }
@media (prefers-color-scheme: dark) { :root {
  --page: #14171a; --panel: #1c2024; --ink: #e6e8ea; --faint: #a3aab3; --line: #363b42; --link: #7fbdf2;
  --l1: #1d3850; --l2: #2a6496; --l3: #5aa2dc; --l4: #c6e2fb; --x: #ff9a7a; --x-page: #4a1c10;
  --good: #74d39a; --good-page: #12331f; --plot: #5aa2dc; --plot-page: #5aa2dc33;
} }
@media print { :root { ${light()} } }
* { box-sizing: border-box; }
body { margin: 1.5rem auto; padding: 0 1rem; max-width: 110rem; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 0.4rem; }
small, p { color: var(--faint); font-weight: normal; }
p { max-width: 80ch; margin: 0.3rem 0; }
nav { color: var(--faint); } nav a { margin-right: 1rem; display: inline-block; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre, .code { font: 13px/1.45 ui-monospace, monospace; }
.wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; margin: 0.6rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--faint); padding-bottom: 0.2rem; }
th, td { text-align: left; vertical-align: top; padding: 0.15rem 0.8rem 0.15rem 0;
  border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: normal; }
.number { text-align: right; white-space: nowrap; }
@media print { body { font-size: 11px; margin: 0; max-width: none; } code, pre, .code { font-size: 10px; } nav { display: none; }
  .wide { overflow: visible; } h2, h3, h4 { break-after: avoid; } }
`;

/** Paper is white, whatever the screen is. */
function light(): string {
  return `
  --page: #fff; --panel: #f5f6f8; --ink: #1a1d21; --faint: #5a616b; --line: #d8dce2; --link: #0b5cad;
  --l1: #cfe2f3; --l2: #8fbbe0; --l3: #3f87c4; --l4: #0b4f8a; --x: #b5290a; --x-page: #ffe3da;
  --good: #11683a; --good-page: #dcf3e4; --plot: #0b5cad; --plot-page: #0b5cad22;
`;
}
