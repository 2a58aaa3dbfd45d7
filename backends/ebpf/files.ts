/** The files of a mitigation: texts, and the bytes of maps. */
import { positionOf } from '../../grammar/source.ts';
import type { Artifact, SourceMapEntry } from '../../compiler/plane.ts';
import { AskedConditions } from './asked.ts';
import { hasZones, headerText, programText, type Naming, type ProgramParts } from './emit.ts';
import { layoutOf, rowBytes, ruleBytes, sizesOf, tableBytes } from './layout.ts';
import * as templates from './templates.gen.ts';
import type { ListedRule, Mitigation, XdpInterface } from './tree.ts';

const FOLDER = 'ebpf';
const RULES = `${FOLDER}/maps/rules.txt`;

/** Everything of a mitigation but the name of its build. */
export class ProgramFiles {
  readonly #parts: ProgramParts;
  /** Contents of maps, by name. */
  readonly #maps: ReadonlyMap<string, Uint8Array>;

  constructor(mitigation: Mitigation) {
    const sizes = sizesOf(mitigation);
    const fields = mitigation.fields.map(layoutOf);
    const asked = new AskedConditions(mitigation.rules);
    this.#parts = { mitigation, sizes, fields, asked };
    const maps = new Map<string, Uint8Array>();
    if (mitigation.rules.length > 0) {
      maps.set(
        'rules',
        ruleBytes(mitigation.rules, sizes, (condition) => asked.numberOf(condition)),
      );
    }
    if (asked.count > 0) maps.set('conditions', asked.bytes());
    for (const { definition, table, parts } of fields) {
      maps.set(`${definition.name}_rules`, rowBytes(table, sizes));
      for (const part of parts) if (part.kind !== 'constant') maps.set(part.name, tableBytes(part));
    }
    this.#maps = maps;
  }

  get figures(): Readonly<Record<string, number>> {
    const { mitigation, fields } = this.#parts;
    const bytes = [...this.#maps.values()].reduce((sum, { length }) => sum + length, 0);
    return {
      rules: mitigation.rules.length,
      fields: fields.length,
      rows: fields.reduce((sum, { table }) => sum + table.rowBits.length, 0),
      'bytes of maps': bytes,
    };
  }

  artifacts(naming: Naming): readonly Artifact[] {
    const { mitigation } = this.#parts;
    const text = (path: string, content: string, description: string): Artifact => ({
      path: `${FOLDER}/${path}`,
      content: [new TextEncoder().encode(content)],
      description,
    });
    return [
      text('mitigate.bpf.c', programText(this.#parts, naming), 'the program at XDP'),
      text('policy.h', headerText(this.#parts, naming), 'its sizes and the layout of its maps'),
      text('policy.conf', settingsText(this.#parts, naming), 'where it runs, and names of counters, for the loader'),
      text('maps/rules.txt', rulesText(mitigation.rules), 'which rule each number stands for, and its line'),
      ...[...this.#maps].map(([name, bytes]) => ({
        path: `${FOLDER}/maps/${name}.bin`,
        content: [bytes],
        description: `contents of the map ${name}`,
      })),
      text('sluice-load.c', templates.loader, 'loads, replaces and takes away the program, and prints its counters'),
      text('Makefile', templates.makefile, 'builds the program and its loader'),
    ];
  }

  /** Rules stand in `rules.txt`, a line each. */
  get sourceMap(): readonly SourceMapEntry[] {
    return this.#parts.mitigation.rules.map(({ origin }, number) => ({
      path: RULES,
      line: number + 1,
      origin: origin.name,
      span: origin.span,
    }));
  }
}

/** `12 drop policy.sluice:34 drop from blocked` */
function rulesText(rules: readonly ListedRule[]): string {
  return rules
    .map(({ origin, action }, number) => {
      const { line } = positionOf(origin.span.source, origin.span.start);
      const does = action.kind === 'skip' ? `skip to ${action.to}` : action.kind;
      return `${number} ${does} ${oneLine(origin.span.source.path)}:${line} ${oneLine(origin.text)}\n`;
    })
    .join('');
}

/** What the loader reads: a setting a line, a word and its values. */
function settingsText(parts: ProgramParts, { policy, build }: Naming): string {
  const { mitigation } = parts;
  const lines = [
    `# For sluice-load: where the program of ${oneLine(policy)} runs, and what its counters are called.`,
    `target ${mitigation.target}`,
    `build ${build}`,
    ...mitigation.interfaces.map(({ name, generic }) => `interface ${name} ${generic ? 'generic' : 'native'}`),
    ...(readsTags(parts) ? ['tags'] : []),
    ...(hasZones(parts) ? mitigation.interfaces.flatMap(zoneLines) : []),
    ...mitigation.counters.map((name) => `counter ${oneLine(name)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether the program must see VLAN tags. */
function readsTags({ mitigation, fields, asked }: ProgramParts): boolean {
  const byZone = mitigation.interfaces.some(({ untagged, byVlan }) => byVlan.some((zone) => zone !== untagged));
  return byZone || asked.reads('vlan') || fields.some(({ table }) => table.field === 'vlan');
}

/** `zone eth0 untagged 1`, `zone eth0 100-199 2` */
function zoneLines({ name, untagged, byVlan }: XdpInterface): string[] {
  const lines = untagged > 0 ? [`zone ${name} untagged ${untagged}`] : [];
  for (let from = 0; from < byVlan.length;) {
    let to = from;
    while (to + 1 < byVlan.length && byVlan[to + 1] === byVlan[from]) to++;
    if (byVlan[from]! > 0) lines.push(`zone ${name} ${from}-${to} ${byVlan[from]}`);
    from = to + 1;
  }
  return lines;
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}
