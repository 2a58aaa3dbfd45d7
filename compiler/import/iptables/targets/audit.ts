/** `-j AUDIT`: a record for the audit log. */
import { VALUE } from '../options.ts';
import { onlyTold } from './only-told.ts';

export const audit = onlyTold('AUDIT', { type: VALUE });
