/** The packets that `sluice explain` is asked about: on the command line, on standard input, in captures. */
import { questionText } from '../../compiler/3-check/statements/questions.ts';
import type { CapturedFrame } from '../../compiler/explain/capture.ts';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import type { SourceFile } from '../../grammar/source.ts';
import type { Session } from '../session.ts';
import { readCapture } from './capture-file.ts';

export interface AskedPackets {
  /** As `questionText` has them. */
  readonly questions: readonly SourceFile[];
  /** A list for each capture. */
  readonly captures: readonly (readonly CapturedFrame[])[];
  readonly findings: readonly Diagnostic[];
}

/** Whether a value of `--packet` names a capture: no packet ends so. */
function isCapture(value: string): boolean {
  return /\.p?cap$/.test(value);
}

/** `values`: of `--packet`; with `readsInput`, standard input has more, a line each. */
export async function askedPackets(
  values: readonly string[],
  readsInput: boolean,
  session: Session,
): Promise<AskedPackets> {
  const read = values.filter(isCapture).map(readCapture);
  const lines = readsInput ? questionLines(new TextDecoder().decode(await session.readInput())) : [];
  const plain = values.filter((value) => !isCapture(value));
  return {
    questions: [...plain.map((text) => ({ path: '--packet', text: questionText(text) })), ...lines],
    captures: read.flatMap((one) => ('frames' in one ? [one.frames] : [])),
    findings: read.flatMap((one) => ('finding' in one ? [one.finding] : [])),
  };
}

/** Empty lines and comments ask nothing. */
function questionLines(text: string): readonly SourceFile[] {
  return text.split('\n').flatMap((line, index) => {
    const packet = line.trim();
    return packet === '' || packet.startsWith('#')
      ? []
      : [{ path: `standard input, line ${index + 1}`, text: questionText(packet) }];
  });
}
