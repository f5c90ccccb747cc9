/** A count with its thousands apart: `10,000`. */
export const countText = (count: number): string =>
  Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');

/** A count and its noun in the right number: `1 finding`, `2 findings`. */
export const countOf = (count: number, noun: string): string =>
  `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;

/** A share in whole percent. It says 100 % only where none is missing, and 0 % only for none. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return '-';
  const percent = Math.round((part * 100) / whole);
  if (part > 0 && percent === 0) return '<1 %';
  if (part < whole && percent === 100) return '>99 %';
  return `${percent} %`;
}

/** A duration in the one or two units that matter: `0.4 s`, `41 s`, `3 min 20 s`, `2 h`. */
export function durationText(ms: number): string {
  if (ms < 9_950) return `${(Math.max(ms, 0) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return twoUnits(seconds, 'min', 's');
  return twoUnits(Math.round(seconds / 60), 'h', 'min');
}

function twoUnits(amount: number, unit: string, sixtieth: string): string {
  const rest = amount % 60;
  return `${Math.floor(amount / 60)} ${unit}${rest === 0 ? '' : ` ${rest} ${sixtieth}`}`;
}

/** A rate: below ten with one digit behind the point, so that a slow target isn't `0/s`. */
export const rateText = (perSecond: number): string =>
  `${perSecond < 10 ? perSecond.toFixed(1) : countText(perSecond)}/s`;
