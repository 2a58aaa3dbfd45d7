/** Queues as text for `tc -batch`, and the names of their classes. */
import Handlebars from 'handlebars';
import { oneLine } from '../../compiler/artifacts/one-line.ts';
import { TextBuffer } from '../../compiler/artifacts/text-buffer.ts';
import type { Artifact, SourceMapEntry, WriteContext } from '../../compiler/plane.ts';
import { positionOf } from '../../grammar/source.ts';
import { CLASSES, classLines } from './class-names.ts';
import { PolicerText } from './commands.ts';
import { REDIRECT, redirectText } from './redirect.ts';
import { SetUp, takenDown } from './set-up.ts';
import * as templates from './templates.gen.ts';
import type { TcCommand, TcTree } from './tree.ts';

export const UP = 'tc/up.batch';
const DOWN = 'tc/down.batch';

/** Whose head a file has. */
type Head = (values: object) => string;

const head = (text: string): Head => Handlebars.compile(text, { noEscape: true, strict: false });
const UP_HEAD = head(templates.upHead);
const DOWN_HEAD = head(templates.downHead);

export interface EmittedTree {
  /** Of a build of this name. */
  readonly artifacts: (build: string) => readonly Artifact[];
  readonly sourceMap: readonly SourceMapEntry[];
}

export function emitTree({ redirects, commands, classes }: TcTree, { policy, remarks }: WriteContext): EmittedTree {
  const values = (build: string) => ({ policy: oneLine(policy), build, remarks });
  const firstLine = linesIn(UP_HEAD(values(''))) + 1;
  const up = new UpText(firstLine, new PolicerText(commands));
  for (const command of commands) up.add(command);
  const body = up.finish();
  const down = takenDown(commands).map((line) => `${line}\n`);
  const encoder = new TextEncoder();
  const text = (path: string, description: string, ...parts: readonly string[]): Artifact => ({
    path,
    content: parts.map((part) => encoder.encode(part)),
    description,
  });
  return {
    artifacts: (build) => [
      { path: UP, content: [encoder.encode(UP_HEAD(values(build))), body], description: 'queues, and their classes' },
      text(DOWN, 'takes them away again', DOWN_HEAD(values(build)), ...down),
      ...(redirects.length > 0
        ? [text(REDIRECT, 'what comes in, on its way to the queues', redirectText(redirects, values(build)))]
        : []),
      text(CLASSES, "the policy's names of classes", ...classLines(classes)),
    ],
    sourceMap: up.sourceMap,
  };
}

/** The commands, each behind the statement of the policy that it carries out; a table's rows stand behind one. */
class UpText {
  readonly sourceMap: SourceMapEntry[] = [];
  readonly #out = new TextBuffer();
  readonly #setUp: SetUp;
  #line: number;
  #previous: TcCommand | undefined;

  constructor(firstLine: number, policers: PolicerText) {
    this.#line = firstLine;
    this.#setUp = new SetUp(policers);
  }

  add(command: TcCommand): void {
    const { origin } = command;
    if (origin !== this.#previous?.origin) {
      const { line } = positionOf(origin.span.source, origin.span.start);
      this.#put('');
      for (const said of origin.documentation) this.#put(`# ${oneLine(said)}`);
      this.#put(`# ${oneLine(`${origin.span.source.path}:${line}: ${origin.text}`)}`);
      this.sourceMap.push({ path: UP, line: this.#line, origin: origin.name, span: origin.span });
    }
    for (const line of this.#setUp.linesOf(command)) this.#put(line);
    this.#previous = command;
  }

  finish(): Uint8Array {
    const last = this.#setUp.end();
    if (last.length > 0) this.#put('');
    for (const line of last) this.#put(line);
    return this.#out.finish();
  }

  #put(line: string): void {
    this.#out.write(`${line}\n`);
    this.#line += 1;
  }
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}
