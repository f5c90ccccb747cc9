/** A moment in UTC, to the minute. Milliseconds since 1970; one that is no moment is a `?`. */
export function timeText(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? '?' : time.toISOString().slice(0, 16).replace('T', ' ');
}
