import { hash } from 'node:crypto';
import { encodeCase } from './bytes.ts';
import type { Case } from './case.ts';

/** What a case is known by: the SHA-256 of its canonical bytes, in hex. */
export const caseHash = (testCase: Case): string => hashBytes(encodeCase(testCase));

/** As `caseHash`, of canonical bytes that one has already. */
export const hashBytes = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');
