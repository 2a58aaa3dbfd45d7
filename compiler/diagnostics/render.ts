/**
 * Findings for people:
 *
 *     error[SL0201]: nothing here is called `adminz`
 *       --> policy.sluice:12:14
 *        |
 *     12 |   allow from adminz ssh
 *        |              ^^^^^^
 *     hint: did you mean `admins`?
 */
import { isError, type Diagnostic, type Severity } from '../../grammar/diagnostic.ts';
import { COLOURED, PLAIN, type Paint, type Palette } from './colours.ts';
import { excerptOf } from './excerpt.ts';
import { inOrder } from './order.ts';
import { placeOf, placeOfSpan, type Place } from './place.ts';
import { visibleText } from './visible-text.ts';

export interface RenderOptions {
  /** Whether a terminal will show it. False unless said otherwise. */
  readonly colour?: boolean;
  /** How many columns a line may take, 120 unless said otherwise: longer lines of files are shortened around the place. */
  readonly columns?: number;
}

const USUAL_COLUMNS = 120;

/** So much of a line is shown however narrow the terminal is. */
const FEWEST_COLUMNS = 40;

/** So many findings are shown: who gets more begins with the first. */
const MOST_FINDINGS = 100;

/**
 * The findings in order, with a blank line between two and a summary at the end; ends in a line end unless empty. Of very
 * many, the first are shown, errors before others.
 */
export function renderFindings(findings: readonly Diagnostic[], options: RenderOptions = {}): string {
  if (findings.length === 0) return '';
  const shown = inOrder(mostSevere(findings));
  const more = findings.length - shown.length;
  const rest = more > 0 ? `… and ${more} more finding${more === 1 ? '' : 's'}, not shown` : '';
  const parts = [...shown.map((finding) => renderFinding(finding, options)), rest, summaryOf(findings)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function mostSevere(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  if (findings.length <= MOST_FINDINGS) return findings;
  const ordered = inOrder(findings);
  return [...ordered.filter(isError), ...ordered.filter((finding) => !isError(finding))].slice(0, MOST_FINDINGS);
}

/** One finding, without a line end at its end. */
export function renderFinding(finding: Diagnostic, options: RenderOptions = {}): string {
  const palette = options.colour ? COLOURED : PLAIN;
  const place = placeOf(finding);
  const labels = finding.labels.map((label) => ({ place: placeOfSpan(label.span), text: label.text }));
  const lines = [place, ...labels.map((label) => label.place)].map((at) => at?.start.line ?? 0);
  const frame = new Frame(palette, String(Math.max(...lines)).length, options.columns ?? USUAL_COLUMNS);
  const mark = palette.severity[finding.severity];
  const rows = [
    `${mark(`${finding.severity}[${finding.code}]`)}${palette.message(`: ${visibleText(finding.message)}`)}`,
  ];
  if (place) rows.push(...frame.excerpt('-->', place, '^', mark, ''));
  // A cell is shown in its own file; this is where the policy reads that file, unless a label says where.
  const reader = finding.cell && finding.span;
  if (reader && !finding.labels.some(({ span }) => span.source === reader.source)) {
    rows.push(`${frame.pointer(':::', placeOfSpan(reader))} reads this file`);
  }
  for (const label of labels) rows.push(...frame.excerpt(':::', label.place, '-', palette.frame, label.text));
  if (finding.hint !== undefined) rows.push(`${palette.hint('hint:')} ${visibleText(finding.hint)}`);
  return rows.join('\n');
}

/** `2 errors, 1 warning`; empty where there is neither. Notes belong to other findings. */
export function summaryOf(findings: readonly Diagnostic[]): string {
  return [countOf(findings, 'error'), countOf(findings, 'warning')].filter((part) => part !== '').join(', ');
}

function countOf(findings: readonly Diagnostic[], severity: Severity): string {
  const count = findings.filter((finding) => finding.severity === severity).length;
  return count === 0 ? '' : `${count} ${severity}${count === 1 ? '' : 's'}`;
}

/** The margin in which line numbers stand, and what stands to the right of it. */
class Frame {
  readonly #palette: Palette;
  readonly #digits: number;
  readonly #columns: number;

  constructor(palette: Palette, digits: number, columns: number) {
    this.#palette = palette;
    this.#digits = digits;
    this.#columns = Math.max(FEWEST_COLUMNS, columns) - digits - ' | '.length;
  }

  /** Where a place is: `  --> policy.sluice:12:14`. */
  pointer(arrow: string, { path, start }: Place): string {
    const { frame } = this.#palette;
    return `${' '.repeat(this.#digits)}${frame(arrow)} ${visibleText(path)}:${start.line}:${start.column}`;
  }

  /** Where a place is, its line, and marks under it with a text behind them. */
  excerpt(arrow: string, place: Place, mark: string, paint: Paint, text: string): string[] {
    const { line, indent, width } = excerptOf(place, this.#columns);
    const marks = paint(`${mark.repeat(width)}${text === '' ? '' : ` ${visibleText(text)}`}`);
    return [
      this.pointer(arrow, place),
      this.#row('', ''),
      this.#row(String(place.start.line), line),
      this.#row('', `${indent}${marks}`),
    ];
  }

  #row(number: string, text: string): string {
    const margin = this.#palette.frame(`${number.padStart(this.#digits)} |`);
    return text === '' ? margin : `${margin} ${text}`;
  }
}
