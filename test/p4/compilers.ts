/** p4test and p4c-bm2-ss on a program: they take it without a word, and tell controllers what is written for them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Subject } from './subjects.ts';
import { run, type Tools } from './tools.ts';

/** Writes `program.json` for the switch into the folder. */
export async function mustCompile(tools: Tools, { name, files }: Subject, folder: string): Promise<void> {
  const program = join(folder, 'program.p4');
  const info = join(folder, 'p4info.txtpb');
  writeFileSync(program, files.get('p4/program.p4')!);
  const compiled = ['--arch', 'v1model', '--p4runtime-files', info, '-o', join(folder, 'program.json'), program];
  const told = await Promise.all([run(tools.p4test, ['--std', 'p4-16', program]), run(tools['p4c-bm2-ss'], compiled)]);
  // Warnings are words, too.
  expect(told, name).toEqual([
    { status: 0, said: '' },
    { status: 0, said: '' },
  ]);
  expect(readFileSync(info, 'utf8'), name).toBe(files.get('p4/p4info.txtpb'));
}
