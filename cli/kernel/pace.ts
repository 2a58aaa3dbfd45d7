/**
 * When the packets that came before are sent. The kernel's clock is its own: a line is tried only where the reference says the
 * same of it for every time at which its packets may really come.
 */
import { examineExpectations } from '../../compiler/semantics/expect.ts';
import type { Expectation, Given, Policy } from '../../compiler/model/index.ts';

/** How packets that came before are sent: spread over so many milliseconds, and within which it must really have been. */
export interface Pace {
  readonly over: number;
  readonly within: readonly [least: number, most: number];
}

/** A line may keep a test waiting for so long, in milliseconds. */
const LONGEST_WAIT = 10_000;
/** Sending takes no longer than that where nothing waits, in milliseconds. */
const AT_ONCE = 500;
/** So far off the time that a line says its packets may be. */
const SLACK = 0.05;

/** The pace; or why the line cannot be tried. `now`: of the line, and the kernel's; milliseconds since 1970. */
export function paceOf(
  policy: Policy,
  given: Given,
  expectation: Expectation,
  now: { readonly line: number; readonly kernel: number },
): Pace | string {
  const told = (at: number, over?: number): string | undefined => {
    const { after } = expectation;
    const line =
      over === undefined || !after ? expectation : { ...expectation, after: { ...after, withinMilliseconds: over } };
    const block = { span: expectation.span, given: { ...given, time: undefined }, expectations: [line] };
    return examineExpectations(policy, [block], { now: at })[0]?.finding?.code;
  };
  const said = told(now.line);
  if (told(now.kernel) !== said) return 'what becomes of it depends on the time, and the kernel has its own';
  if (!expectation.after) return { over: 0, within: [0, Infinity] };
  const { withinMilliseconds: wanted } = expectation.after;
  const paces: readonly Pace[] = [
    { over: 0, within: [0, AT_ONCE] },
    { over: wanted, within: [wanted * (1 - SLACK), wanted * (1 + SLACK)] },
  ];
  const pace = paces.find(({ within }) => within.every((over) => told(now.kernel, over) === said));
  if (!pace) return 'what becomes of it depends on fractions of a second';
  return pace.over > LONGEST_WAIT ? `its packets take longer than ${LONGEST_WAIT / 1000} s` : pace;
}
