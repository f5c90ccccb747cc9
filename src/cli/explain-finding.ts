import { type Corpus, CorpusError } from '../corpus/corpus.ts';
import type { Finding } from '../corpus/records.ts';
import { findingText } from '../reports/finding.ts';
import type { TextOptions } from '../reports/text-options.ts';
import { quoted } from './quoted.ts';

/** Explains a finding of the corpus in that file to a person. */
export function explainFinding(finding: Finding, corpusFile: string, options: TextOptions): string {
  const names = finding.observed.map(({ name }) => name).join(',');
  const commands = [`bpfdiff replay ${quoted(corpusFile)} --targets ${names}`];
  return findingText({ ...finding, testCase: finding.shrunk, commands }, options);
}

/**
 * Explains findings while a campaign goes on, by their ids. One that can't be read, as another process has
 * removed it, is no reason to end the campaign: the text says why.
 */
export const findingExplainer =
  (corpus: Corpus) =>
  (id: string, options: TextOptions): string => {
    try {
      return explainFinding(corpus.finding(id), corpus.path, options);
    } catch (error) {
      if (error instanceof CorpusError) return error.message;
      throw error;
    }
  };
