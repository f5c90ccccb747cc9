/** The style of a report: what differs is marked by a hue and by a sign. */
export const REPORT_STYLE = `
.verdict { font-size: 1.1rem; padding: 0.5rem 0.9rem; border-left: 4px solid var(--faint); color: var(--ink);
  background: var(--panel); max-width: none; }
.verdict.good { border-color: var(--good); background: var(--good-page); }
.verdict.bad { border-color: var(--x); background: var(--x-page); }
.tiles { display: flex; flex-wrap: wrap; gap: 0.6rem; margin: 0.8rem 0; }
.tiles div { background: var(--panel); padding: 0.5rem 0.9rem; min-width: 8rem; flex: 0 1 auto; }
.tiles dt { color: var(--faint); } .tiles dd { margin: 0; font-size: 1.5rem; line-height: 1.2; }
#list td:last-child, #matrix td:last-child { min-width: 16rem; }
main th[scope=row] { color: var(--ink); white-space: nowrap; }
.chip { display: inline-block; font-size: 0.8rem; line-height: 1.4; padding: 0 0.5em; border-radius: 4px;
  border: 1px solid var(--line); background: var(--panel); font-weight: normal; white-space: nowrap; }
.chip.new { color: var(--x); border-color: var(--x); background: var(--x-page); }
.chip.decided { color: var(--good); border-color: var(--good); background: var(--good-page); }
article { border-top: 3px solid var(--line); margin: 2rem 0; padding-top: 0.2rem; }
article:target { border-color: var(--link); }
h3 { font-size: 1.1rem; margin: 1.2rem 0 0.4rem; } h4 { font-size: 0.95rem; margin: 1rem 0 0.3rem; }
pre { background: var(--panel); padding: 0.6rem 0.8rem; margin: 0.3rem 0; max-width: 100%; }
mark { background: var(--x-page); color: var(--x); font-weight: bold; border-radius: 2px; padding: 0 0.1em; }
.differ { color: var(--x); font-weight: bold; }
details { margin: 0.5rem 0; } summary { cursor: pointer; color: var(--link); }
td .code, th .code, td.code { white-space: nowrap; }
.matrix td, .matrix th { border-left: 1px solid var(--line); padding-left: 0.5rem; }
.answer { display: inline-block; min-width: 1.6em; text-align: center; border-radius: 3px; color: var(--ink);
  background: var(--panel); border: 1px solid var(--line); }
.answer.g1, .answer.g2, .answer.g3 { font-weight: bold; border-color: var(--link); color: var(--link); }
.answer.odd { font-weight: bold; border-color: var(--x); color: var(--x); background: var(--x-page); }
.answer.none { color: var(--faint); border-style: dashed; }
figure { margin: 1rem 0; max-width: 70rem; } figcaption { color: var(--faint); }
.plot { width: 100%; min-height: 250px; } .u-legend { color: var(--ink); th, td { border: 0; } }
footer { margin-top: 3rem; border-top: 1px solid var(--line); }
@media (max-width: 40rem) { body { margin-top: 0.5rem; padding: 0 0.7rem; } .tiles div { flex: 1 1 40%; }
  .tiles { gap: 0.4rem; } }
@media print { pre { white-space: pre-wrap; } .chip { font-size: 10px; }
  mark, .chip, .answer, .verdict { print-color-adjust: exact; } }
`;
