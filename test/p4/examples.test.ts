/** The examples that have something for a NIC, in real compilers and switches; or what has passed these, by hash. */
import { describe, expect, it } from 'vitest';
import { count, seed } from '../sampling.ts';
import { mustCompile } from './compilers.ts';
import { inFolder } from './folder.ts';
import { compareOnSwitch } from './on-switch.ts';
import { exampleSubjects } from './subjects.ts';
import { ARCHITECTURES, describeWithTools, TOOLS } from './tools.ts';
import { hashesOf, readValidated, writeValidated } from './validated.ts';

const FRAMES = count(1000, 5000);

describe.each(ARCHITECTURES)('%s', (architecture) => {
  const subjects = exampleSubjects(architecture);
  // Of NICs that are known from documents alone, nothing here runs the entries.
  const compiled = subjects.filter(({ files }) => !files.has('p4/clear.txt') && !files.has('p4/clear.cli'));
  const run = subjects.filter((subject) => !compiled.includes(subject));

  describeWithTools(architecture, `examples in ${TOOLS[architecture].join(', ')}`, (tools) => {
    it.each(run)('$name', async (subject) => {
      const seen = await inFolder(async (folder) => {
        await mustCompile(tools, subject, folder);
        return compareOnSwitch(tools, subject, folder, { seed, frames: FRAMES });
      });
      const hasRules = subject.files.get('p4/program.p4')!.includes('table mitigate_');
      if (hasRules) expect(seen.dropped).toBeGreaterThan(seen.frames / 40);
      else expect(seen.dropped).toBe(0);
    });

    it.each(compiled)('$name: the compilers take it', async (subject) => {
      await inFolder((folder) => mustCompile(tools, subject, folder));
    });

    it.runIf(process.env['SLUICE_UPDATE'] === '1')('are noted in validated.json', ({ task, skip }) => {
      const tried = task.suite?.tasks.filter((one) => one !== task) ?? [];
      if (!tried.every(({ result }) => result?.state === 'pass')) skip('some have not passed');
      writeValidated(architecture, tools, subjects);
    });
  });

  it('writes for the examples what has passed the real tools', () => {
    const written = subjects.map((subject) => [subject.name, hashesOf(subject)] as const);
    expect(Object.fromEntries(written)).toEqual(readValidated()[architecture]?.passed);
  });
});
