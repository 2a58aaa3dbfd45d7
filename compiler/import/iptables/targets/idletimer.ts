/** `-j IDLETIMER`: tells programs that an interface is idle. */
import { FLAG, VALUE } from '../options.ts';
import { onlyTold } from './only-told.ts';

export const idletimer = onlyTold('IDLETIMER', { timeout: VALUE, label: VALUE, alarm: FLAG });
