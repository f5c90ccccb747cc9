import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PlotLibrary } from '../reports/html/report.ts';

/** uPlot, out of its package, with its licence, which goes where it goes. */
export function readPlotLibrary(): PlotLibrary {
  const folder = dirname(createRequire(import.meta.url).resolve('uplot'));
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const licence = read('../LICENSE').trim();
  return {
    script: `/*! uPlot\n${licence}\n*/\n${read('uPlot.iife.min.js')}`,
    style: read('uPlot.min.css'),
  };
}
