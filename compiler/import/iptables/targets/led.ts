/** `-j LED`: a light. */
import { FLAG, VALUE } from '../options.ts';
import { onlyTold } from './only-told.ts';

export const led = onlyTold('LED', { 'led-trigger-id': VALUE, 'led-delay': VALUE, 'led-always-blink': FLAG });
