/**
 * The style of heat maps: one hue for counts, from pale to deep, and another with a cross for what was
 * never reached, so that it is seen without telling colours apart. Columns of a map share their width,
 * names stay in sight while it scrolls.
 */
export const COVERAGE_STYLE = `
.coverage {
  .group { font-size: 0.95rem; font-weight: bold; color: var(--ink); margin: 0.6rem 0 0; position: sticky;
    left: 0; }
  .legend span { margin-right: 1.2rem; white-space: nowrap; }
  th, td { text-align: right; white-space: nowrap; }
  th[scope=row] { color: var(--ink); }
  td:nth-child(-n+2), th:nth-child(-n+2) { text-align: left; }
  section td:last-child { text-align: left; white-space: normal; }
  section td:first-child { text-align: right; }
  .missed { color: var(--x); max-width: none; }
  .panels { display: flex; flex-wrap: wrap; gap: 1.2rem 2.5rem; align-items: flex-start; }
  .map { display: grid; grid-template-columns: max-content repeat(var(--columns), max-content);
    gap: 1px 2px; width: max-content; padding-right: 1rem; font: 12px/15px ui-monospace, monospace; }
  .map > b { position: sticky; left: 0; background: var(--page); font-weight: normal;
    padding-right: 0.6rem; }
  .map > b.x { color: var(--x); font-weight: bold; }
  .map > span { writing-mode: vertical-rl; transform: rotate(180deg); justify-self: center;
    align-self: end; color: var(--faint); line-height: 14px; margin-top: 0.4rem; }
  i { font-style: normal; display: block; width: 15px; height: 15px; border-radius: 2px;
    text-align: center; box-sizing: border-box; print-color-adjust: exact; }
  i.c { display: inline-block; vertical-align: -2px; font: 12px/15px ui-monospace, monospace; }
  .map > em { color: var(--faint); padding-left: 10px; white-space: nowrap; overflow: hidden;
    min-width: 0; }
  .g { margin-left: 8px; }
  .map > span.g { margin-left: 0; margin-right: 8px; }
  .l1 { background: var(--l1); }
  .l2 { background: var(--l2); }
  .l3 { background: var(--l3); }
  .l4 { background: var(--l4); }
  i.x { color: var(--x); background: var(--x-page); font-weight: bold;
    box-shadow: inset 0 0 0 1px var(--x); }
  i.n::before { content: "·"; color: var(--line); }
  i.n { text-align: center; }
}
`;
