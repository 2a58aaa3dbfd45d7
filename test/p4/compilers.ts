/** p4test and the compiler of an architecture on a program: they take it without a word, and tell controllers what is written for them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Subject } from './subjects.ts';
import { run, type Architecture, type ToolsOf } from './tools.ts';

/** What the compiler makes for the switch, in the folder. */
const MADE = { v1model: 'program.json', pna: 'p4/program.spec' } as const satisfies Record<Architecture, string>;

/** Writes the subject's files into the folder, and what the switch takes beside them. */
export async function mustCompile(tools: ToolsOf<Architecture>, subject: Subject, folder: string): Promise<void> {
  const { name, files, architecture } = subject;
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const program = join(folder, 'p4/program.p4');
  const info = join(folder, 'p4info.txtpb');
  const made = join(folder, MADE[architecture]);
  const given = ['--arch', architecture, '--p4runtime-files', info, '-o', made, program];
  const compiler = 'p4c-dpdk' in tools ? tools['p4c-dpdk'] : tools['p4c-bm2-ss'];
  const told = await Promise.all([run(tools.p4test, ['--std', 'p4-16', program]), run(compiler, given)]);
  for (const { status, said } of told) {
    // Warnings are words, too.
    expect(aboutProgram(said), name).toBe('');
    expect(status, name).toBe(0);
  }
  expect(readFileSync(info, 'utf8'), name).toBe(files.get('p4/p4info.txtpb'));
}

/** Without what the compiler says of its own declaration of PNA: that most of it is unused. A line of the text and one of marks follow. */
function aboutProgram(said: string): string {
  return said.replaceAll(/^\S*\/pna\.p4\(\d+\): \[--Wwarn=unused\] warning: .*\n.*\n *\^+(?:\n|$)/gm, '').trim();
}
