/** An element of a text of markup, without its content. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Names of the elements around it, the outermost first. */
  readonly around: readonly string[];
}

const VOID: ReadonlySet<string> = new Set(['meta', 'br']);
/** Of HTML: what is in them is no markup. */
const RAW: ReadonlySet<string> = new Set(['style', 'script']);

const TAG = /^<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>/;
const HEAD = /^(?:<\?xml version="1\.0" encoding="UTF-8"\?>|<!doctype html>)\n/;
const TEXT = /^(?:[^<&]|&(?:#\d+|amp|lt|gt|quot);)+/;

/**
 * All elements of HTML or XML that is written carefully: every element ends, in order; attributes have
 * quotes; `<` and `&` are nothing else. Throws with what is wrong and where.
 */
export function elementsOf(markup: string): readonly Element[] {
  const elements: Element[] = [];
  const open: string[] = [];
  let at = HEAD.exec(markup)?.[0].length ?? 0;
  const fail = (why: string): never => {
    throw new Error(`${why} at ${at}: ${JSON.stringify(markup.slice(at, at + 60))}`);
  };
  while (at < markup.length) {
    const rest = markup.slice(at, at + 20_000);
    const text = TEXT.exec(rest);
    if (text !== null) {
      if (open.length === 0 && text[0].trim() !== '') fail('Text outside of all elements');
      at += text[0].length;
      continue;
    }
    const [whole, slash, name, attributes, closed] = TAG.exec(rest) ?? fail('No tag and no text');
    at += whole.length;
    if (slash === '/') {
      if (open.pop() !== name) fail(`</${name}> ends what it doesn't begin,`);
      continue;
    }
    elements.push({ name, attributes: attributesOf(attributes), around: [...open] });
    if (closed === '/' || VOID.has(name)) continue;
    open.push(name);
    if (RAW.has(name)) at = markup.indexOf(`</${name}>`, at);
  }
  if (open.length > 0) fail(`${open.join(' ')} never end`);
  return elements;
}

const attributesOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map(([, name, value]) => [name, value ?? '']),
  );
