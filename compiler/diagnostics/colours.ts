/** Colours of a terminal (ECMA-48 "select graphic rendition"), or none. */
import type { Severity } from '../../grammar/diagnostic.ts';

export type Paint = (text: string) => string;

/** What is coloured in a finding. */
export interface Palette {
  readonly severity: Readonly<Record<Severity, Paint>>;
  readonly message: Paint;
  /** Line numbers, arrows and other furniture. */
  readonly frame: Paint;
  readonly hint: Paint;
}

function sequence(...codes: number[]): Paint {
  return (text) => (text === '' ? '' : `\u001b[${codes.join(';')}m${text}\u001b[0m`);
}

const BOLD = 1;
const RED = 31;
const YELLOW = 33;
const BLUE = 34;
const CYAN = 36;

const plain: Paint = (text) => text;

export const PLAIN: Palette = {
  severity: { error: plain, warning: plain, note: plain },
  message: plain,
  frame: plain,
  hint: plain,
};

export const COLOURED: Palette = {
  severity: { error: sequence(BOLD, RED), warning: sequence(BOLD, YELLOW), note: sequence(BOLD, CYAN) },
  message: sequence(BOLD),
  frame: sequence(BLUE),
  hint: sequence(CYAN),
};
