import { expect, it } from 'vitest';
import type { Key } from '../../src/ui/keys.ts';
import { CAMPAIGN_VIEW, type View, viewAfter } from '../../src/ui/view.ts';

const SEEN = { ids: ['d5', 'd4', 'd3', 'd2', 'd1'], lines: 30, page: 3 };
const list = (id: string | undefined): View => ({ kind: 'list', id });
const detail = (scroll: number): View => ({ kind: 'detail', id: 'd4', scroll });

it.each<[View, Key, View]>([
  [CAMPAIGN_VIEW, 'open', list('d5')],
  [CAMPAIGN_VIEW, 'down', list('d5')],
  [CAMPAIGN_VIEW, 'back', CAMPAIGN_VIEW],
  [CAMPAIGN_VIEW, 'last', CAMPAIGN_VIEW],
  [list('d5'), 'down', list('d4')],
  [list('d5'), 'up', list('d5')],
  [list('d5'), 'page-down', list('d2')],
  [list('d2'), 'page-down', list('d1')],
  [list('d2'), 'page-up', list('d5')],
  [list('d3'), 'first', list('d5')],
  [list('d3'), 'last', list('d1')],
  [list('d3'), 'back', CAMPAIGN_VIEW],
  [list('d4'), 'open', detail(0)],
  [list('d0, which is gone'), 'down', list('d4')],
  [detail(0), 'down', detail(1)],
  [detail(0), 'up', detail(0)],
  [detail(1), 'page-down', detail(4)],
  [detail(26), 'page-down', detail(27)],
  [detail(2), 'page-up', detail(0)],
  [detail(2), 'last', detail(27)],
  [detail(2), 'first', detail(0)],
  [detail(99), 'up', detail(26)],
  [detail(2), 'back', list('d4')],
  [detail(2), 'open', detail(2)],
])('after %j and %s, %j is looked at', (view, key, after) => {
  expect(viewAfter(view, key, SEEN)).toEqual(after);
});

it.each<[View, Key, View]>([
  [CAMPAIGN_VIEW, 'open', list(undefined)],
  [list(undefined), 'open', list(undefined)],
  [list(undefined), 'down', list(undefined)],
  [detail(0), 'last', detail(0)],
])('where there is nothing, after %j and %s, %j is looked at', (view, key, after) => {
  expect(viewAfter(view, key, { ids: [], lines: 0, page: 3 })).toEqual(after);
});
