/**
 * The style of the page: one hue for counts, from pale to deep, and another with a cross for what was
 * never reached, so that it is seen without telling colours apart. Columns of a map share their width,
 * names stay in sight while it scrolls.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #fff; --ink: #1a1d21; --faint: #667; --line: #d8dce2;
  --l1: #cfe2f3; --l2: #8fbbe0; --l3: #3f87c4; --l4: #0b4f8a; --x: #d3350f; --x-page: #ffe3da;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --ink: #e6e8ea; --faint: #99a; --line: #363b42;
    --l1: #1d3850; --l2: #2a6496; --l3: #5aa2dc; --l4: #c6e2fb; --x: #ff8a66; --x-page: #5a1f10;
  }
}
body { margin: 1.5rem auto; padding: 0 1rem; max-width: 110rem; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 0.2rem; } h3 { font-size: 0.95rem;
  margin: 0.6rem 0 0; position: sticky; left: 0; }
small, p, nav { color: var(--faint); font-weight: normal; } p { max-width: 80ch; margin: 0.3rem 0; }
nav a { color: inherit; margin-right: 1rem; display: inline-block; }
.legend span { margin-right: 1.2rem; white-space: nowrap; }
.wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; margin: 0.8rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 0.15rem 0.8rem 0.15rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: normal; } td:nth-child(-n+2), th:nth-child(-n+2) { text-align: left;
  white-space: nowrap; }
section td:last-child { text-align: left; white-space: normal; } section td:first-child { text-align: right; }
.missed { color: var(--x); max-width: none; }
.panels { display: flex; flex-wrap: wrap; gap: 1.2rem 2.5rem; align-items: flex-start; }
.map { display: grid; grid-template-columns: max-content repeat(var(--columns), max-content); gap: 1px 2px;
  width: max-content; padding-right: 1rem; font: 12px/15px ui-monospace, monospace; }
.map > b { position: sticky; left: 0; background: var(--page); font-weight: normal; padding-right: 0.6rem; }
.map > b.x { color: var(--x); font-weight: bold; }
.map > span { writing-mode: vertical-rl; transform: rotate(180deg); justify-self: center; align-self: end;
  color: var(--faint); line-height: 14px; margin-top: 0.4rem; }
i { font-style: normal; display: block; width: 15px; height: 15px; border-radius: 2px; text-align: center;
  box-sizing: border-box; }
i.c { display: inline-block; vertical-align: -2px; font: 12px/15px ui-monospace, monospace; }
.map > em { color: var(--faint); padding-left: 10px; white-space: nowrap; overflow: hidden; min-width: 0; }
.g { margin-left: 8px; } .map > span.g { margin-left: 0; margin-right: 8px; }
.l1 { background: var(--l1); } .l2 { background: var(--l2); } .l3 { background: var(--l3); }
.l4 { background: var(--l4); }
i.x { color: var(--x); background: var(--x-page); font-weight: bold; box-shadow: inset 0 0 0 1px var(--x); }
i.n::before { content: "·"; color: var(--line); } i.n { text-align: center; }
`;
