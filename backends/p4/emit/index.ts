/** The files of a NIC: its program, and its tables' entries for P4Runtime and for its tools. */
import type {
  Artifact,
  DeltaOutcome,
  Device,
  FormerBuild,
  SourceMapEntry,
  WriteContext,
  Written,
} from '../../../compiler/plane.ts';
import { deltaSince } from '../delta/index.ts';
import type { NicProgram } from '../tree.ts';
import { architectureOf } from './architectures.ts';
import { deviceOf } from './device.ts';
import { p4infoText } from './p4info.ts';
import { programText, type Naming } from './program.ts';
import { runtimeText } from './runtime.ts';
import { SPLIT_HEAD, splitText } from './split.ts';
import { toolsOf, type Tools } from './tools.ts';

const FOLDER = 'p4';

export class NicFiles {
  readonly #program: NicProgram;

  constructor(program: NicProgram) {
    this.#program = program;
  }

  get figures(): Readonly<Record<string, number>> {
    const { families, split } = this.#program;
    const rules = families.map((tables) => tables.rules);
    const memberships = families.flatMap((tables) => tables.memberships);
    const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
    return {
      'rules on the NIC': split.filter(({ action }) => action === 'drop').length,
      'rules of the host': split.filter(({ action }) => action === 'up').length,
      entries: sum([...rules, ...memberships].map(({ entries }) => entries.length)),
      'bits of tables': sum(rules.map(({ encodings }) => encodings[0]!.bits)),
    };
  }

  get device(): Device {
    return deviceOf(this.#program);
  }

  /** How to fill the tables and to empty them. */
  get commands(): Pick<Tools, 'load' | 'makes' | 'unload'> {
    return toolsOf(this.#program.nic);
  }

  written(context: WriteContext): Written {
    const artifacts = (build: string): readonly Artifact[] => this.#artifacts({ ...context, build });
    const { changes } = toolsOf(this.#program.nic);
    const since = (former: FormerBuild, build: string): DeltaOutcome =>
      changes
        ? deltaSince(former, { policy: context.policy, build, artifacts: artifacts(build), changes })
        : { kind: 'none', why: 'the tables are emptied and filled anew, and meanwhile the host decides' };
    return { artifacts, sourceMap: this.#sourceMap(), since };
  }

  #artifacts(naming: Naming): readonly Artifact[] {
    const program = this.#program;
    const { name } = architectureOf(program.nic);
    const { entryFiles } = toolsOf(program.nic);
    return [
      text('program.p4', programText(program, naming), `the program of the NIC, for the architecture ${name}`),
      ...entryFiles(program).map(({ path, content, description }) => text(path, content, description)),
      text('entries.txtpb', runtimeText(program, naming), "its tables' entries, for P4Runtime"),
      text('p4info.txtpb', p4infoText(program), 'tells a controller by P4Runtime what tables there are'),
      text('split.txt', splitText(program), 'which rules the NIC drops by, and why the others are left to the host'),
    ];
  }

  /** Rules stand in `split.txt`, a line each. */
  #sourceMap(): readonly SourceMapEntry[] {
    return this.#program.split.map(({ origin }, at) => ({
      path: `${FOLDER}/split.txt`,
      line: SPLIT_HEAD + at + 1,
      origin: origin.name,
      span: origin.span,
    }));
  }
}

function text(path: string, content: string, description: string): Artifact {
  return { path: `${FOLDER}/${path}`, content: [new TextEncoder().encode(content)], description };
}
