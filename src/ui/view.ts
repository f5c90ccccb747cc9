import type { Key, Movement } from './keys.ts';

/** What a person looks at. Divergences are named by their ids: what is shown of them goes on changing. */
export type View =
  | { readonly kind: 'campaign' }
  /** `id`: the one that is selected; undefined while there was none. */
  | { readonly kind: 'list'; readonly id: string | undefined }
  /** `scroll`: lines of the text above those that are shown. */
  | { readonly kind: 'detail'; readonly id: string; readonly scroll: number };

/** What there is to be seen when a key is pressed. */
export interface Seen {
  /** Of the divergences in the list. */
  readonly ids: readonly string[];
  /** Lines of the detail's text. */
  readonly lines: number;
  /** Lines of list or text that fit on the screen. */
  readonly page: number;
}

export const CAMPAIGN_VIEW: View = { kind: 'campaign' };

/** What is looked at after a key; keys that mean nothing there change nothing. */
export function viewAfter(view: View, key: Key, { ids, lines, page }: Seen): View {
  switch (view.kind) {
    case 'campaign':
      return key === 'open' || key === 'down' ? { kind: 'list', id: ids[0] } : view;
    case 'list': {
      const selected = selectedIndex(view, ids);
      if (key === 'back') return CAMPAIGN_VIEW;
      if (key === 'open')
        return ids.length > 0 ? { kind: 'detail', id: ids[selected], scroll: 0 } : view;
      if (!isMovement(key)) return view;
      return { kind: 'list', id: ids[moved(selected, key, page, ids.length - 1)] };
    }
    case 'detail': {
      if (key === 'back') return { kind: 'list', id: view.id };
      if (!isMovement(key)) return view;
      return { ...view, scroll: moved(view.scroll, key, page, lines - page) };
    }
  }
}

/** What is selected in the list; the first where it is gone. */
export const selectedIndex = (
  { id }: { readonly id: string | undefined },
  ids: readonly string[],
): number => Math.max(ids.indexOf(id ?? ''), 0);

/** In lines and pages. */
const STEPS: Readonly<Record<Movement, readonly [lines: number, pages: number]>> = {
  up: [-1, 0],
  down: [1, 0],
  'page-up': [0, -1],
  'page-down': [0, 1],
  first: [Number.NEGATIVE_INFINITY, 0],
  last: [Number.POSITIVE_INFINITY, 0],
};

const isMovement = (key: Key): key is Movement => key in STEPS;

function moved(at: number, movement: Movement, page: number, last: number): number {
  const [lines, pages] = STEPS[movement];
  // What is scrolled may have become shorter.
  const from = Math.min(at, last);
  return Math.max(Math.min(from + lines + pages * page, last), 0);
}
