/** The kinds of statements. Adding one: a reader in this folder, and a line in this list. */
import { readOwnAssignment } from './assignment.ts';
import { readCounter, readLog, readNotrack, readSample, readSynproxy } from './effect.ts';
import { readLimit, readUpdate } from './limit.ts';
import { readMatch } from './match.ts';
import type { StatementReader } from './statement.ts';
import { readOwnTranslation, readToSocket, readTranslation } from './translation.ts';
import { readReject, readVerdict } from './verdict.ts';

/** Each knows the words that it begins with; no two begin alike. */
export const STATEMENTS: readonly StatementReader[] = [
  readVerdict,
  readReject,
  readCounter,
  readLog,
  readLimit,
  readUpdate,
  readNotrack,
  readSample,
  readSynproxy,
  readTranslation,
  readOwnTranslation,
  readToSocket,
  readOwnAssignment,
  readMatch,
];
