import { describe, expect, it } from 'vitest';
import { readPlotLibrary } from '../../../src/cli/plot-library.ts';
import { reportHtml } from '../../../src/reports/html/report.ts';
import { EMPTY, HOSTILE_REPORT, reportWith } from '../report-example.ts';
import { findBrowser } from './browser.ts';

const show = await findBrowser();

describe.skipIf(show === undefined)('a page in a browser', () => {
  it('has its plots drawn', async () => {
    const { dom, complaints } = await show!(reportHtml(reportWith(2), readPlotLibrary()));
    expect(complaints).toEqual([]);
    expect(dom.match(/<canvas /g)).toHaveLength(1);
    expect(dom).toMatch(
      /<th><div class="u-marker"[^>]*><\/div><div class="u-label">diverged<\/div>/,
    );
  });

  it('of hostile content runs nothing of it', async () => {
    const { dom, complaints } = await show!(reportHtml(HOSTILE_REPORT, readPlotLibrary()));
    expect(complaints).toEqual([]);
    expect(dom).toMatch(/<title>1 finding that nobody has decided about: /);
    expect(dom).not.toContain('<img');
  });

  it('would not run a script that came in with a case', async () => {
    const html = reportHtml(EMPTY, readPlotLibrary());
    const spoiled = html.replace('</body>', "<script>document.title = 'owned'</script></body>");
    const { dom, complaints } = await show!(spoiled);
    expect(dom).toContain('<title>Nothing yet');
    expect(complaints.join('\n')).toContain('Content Security Policy');
  });
});
