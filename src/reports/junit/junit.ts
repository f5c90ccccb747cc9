import { visible, visibleLine } from '../visible.ts';

/** Tests that belong together. */
export interface Suite {
  readonly name: string;
  readonly tests: readonly Test[];
}

/** A test, and what came of it. */
export interface Test {
  readonly suite: string;
  readonly name: string;
  readonly seconds?: number;
  readonly result: Result;
}

/** `type` is a word, `text` has all that is known. */
export type Result =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly message: string }
  | {
      readonly kind: 'failure';
      readonly type: string;
      readonly message: string;
      readonly text: string;
    };

/**
 * JUnit XML as CI systems read it: elements and attributes are those of the schema of Jenkins' xUnit plugin
 * (junit-10.xsd). Suites without tests are left out.
 */
export function junitXml(all: readonly Suite[]): string {
  const suites = all.filter(({ tests }) => tests.length > 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${counts(suites.flatMap(({ tests }) => tests))}>
${suites.map(suiteXml).join('')}</testsuites>
`;
}

const suiteXml = ({ name, tests }: Suite): string =>
  `<testsuite name="${attribute(name)}"${counts(tests)} skipped="${count(tests, 'skipped')}" time="${timeOf(tests)}">
${tests.map(testXml).join('')}</testsuite>
`;

const counts = (tests: readonly Test[]): string =>
  ` tests="${tests.length}" failures="${count(tests, 'failure')}" errors="0"`;

const count = (tests: readonly Test[], kind: Result['kind']): number =>
  tests.filter(({ result }) => result.kind === kind).length;

const timeOf = (tests: readonly Test[]): string =>
  tests.reduce((sum, { seconds = 0 }) => sum + seconds, 0).toFixed(3);

const testXml = ({ suite, name, seconds = 0, result }: Test): string => {
  const attributes = `name="${attribute(name)}" classname="${attribute(suite)}" time="${seconds.toFixed(3)}"`;
  return result.kind === 'passed'
    ? `<testcase ${attributes}/>\n`
    : `<testcase ${attributes}>${resultXml(result)}</testcase>\n`;
};

const resultXml = (result: Exclude<Result, { kind: 'passed' }>): string =>
  result.kind === 'skipped'
    ? `<skipped message="${attribute(result.message)}"/>`
    : `<${result.kind} type="${attribute(result.type)}" message="${attribute(result.message)}">${escaped(visible(result.text))}</${result.kind}>`;

const attribute = (text: string): string => escaped(visibleLine(text));

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
