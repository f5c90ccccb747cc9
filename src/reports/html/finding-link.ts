import type { FindingHead } from '../../corpus/records.ts';
import { visibleLine } from '../visible.ts';
import { type Html, html } from './html.ts';

/** The name of a finding's place in the page; ids are digits but in a corpus that someone has made up. */
export const anchorOf = ({ id }: Pick<FindingHead, 'id'>): string =>
  `finding-${id.replace(/[^0-9a-zA-Z]/g, '-').slice(0, 64)}`;

/** A link to where it is told in full. */
export const findingLink = (finding: Pick<FindingHead, 'id'>): Html =>
  html`<a class="code" href="#${anchorOf(finding)}">${visibleLine(finding.id, 64)}</a>`;
