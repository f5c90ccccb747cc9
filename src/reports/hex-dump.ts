export interface HexDumpOptions {
  /** Marked by `^^` below it. */
  readonly markOffset?: number;
  /** The most lines of bytes; those around the marked byte are shown, the first ones without it. */
  readonly linesMax: number;
  /** Columns that a line may take. */
  readonly width: number;
}

/** `0010  00 01 02 ...`, 16 bytes a line, or 8 where 16 do not fit. */
export function hexDump(
  bytes: Uint8Array,
  { markOffset, linesMax, width }: HexDumpOptions,
): readonly string[] {
  const perLine = width >= columnsOf(16) ? 16 : 8;
  const total = Math.max(Math.ceil(bytes.length / perLine), 1);
  const marked = markOffset === undefined ? -1 : Math.floor(markOffset / perLine);
  const first = Math.max(Math.min(marked - Math.floor(linesMax / 2), total - linesMax), 0);
  const last = Math.min(first + linesMax, Math.max(total, marked + 1));
  const lines: string[] = [];
  if (first > 0) lines.push(`... ${first * perLine} bytes before`);
  for (let line = first; line < last; line++) {
    const at = line * perLine;
    lines.push(`${offsetText(at)}  ${hexBytes(bytes.subarray(at, at + perLine))}`.trimEnd());
    if (line === marked) lines.push(`${' '.repeat(columnsOf(markOffset! - at))}^^`);
  }
  const rest = bytes.length - last * perLine;
  if (rest > 0) lines.push(`... ${rest} bytes more`);
  return lines;
}

/** Bytes in hex, a space between them. */
export const hexBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

const OFFSET_DIGITS = 4;

const offsetText = (offset: number): string => offset.toString(16).padStart(OFFSET_DIGITS, '0');

/** Columns before the byte of that index in its line. */
const columnsOf = (bytes: number): number => OFFSET_DIGITS + 2 + bytes * 3;
