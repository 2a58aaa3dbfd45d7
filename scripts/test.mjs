/**
 * `npm test`: installs what is needed, then runs every kind of check and test.
 *
 *   node scripts/test.mjs [--full] [--checks] [NAME ...]
 *
 * `--full` sets SLUICE_FULL=1, by which tests take their full counts instead of a sample; `--checks` leaves out the tests;
 * names (`types`, `unit`, `kernel`, ...) run only those. The last line is always `N passed, N failed, N skipped`: each test
 * and each other check counts one. The exit code is 0 only when none failed.
 */

import { Failure, main } from './run.mjs';
import { ensureModules } from './setup.mjs';
import { ensureSystemPackages } from './system-packages.mjs';
import { checks } from './test/checks.mjs';
import { runProject, skipProject } from './test/vitest.mjs';

const projects = ['unit', 'cases', 'properties', 'browser', 'p4', 'kernel', 'vm'];
/** What runs beside another, which has every processor, too: its machine counts instructions, and is told no time (test/vm/README.md). */
const besides = new Map([['kernel', 'vm']]);
/** Those that need packages of the system. */
const onTheSystem = new Set(['browser', 'kernel', 'vm']);

await main(async (args) => {
  const total = { passed: 0, failed: [], skipped: [] };
  try {
    await runSteps(stepsFor(args), total);
  } catch (error) {
    total.failed.push(error instanceof Failure ? error.message : String(error.stack));
  }
  report(total);
  return total.failed.length > 0 ? 1 : 0;
});

/** The steps that the arguments ask for, in the order of the lists. */
function stepsFor(args) {
  if (args.includes('--full')) process.env.SLUICE_FULL = '1';
  const steps = [
    ...checks.map((check) => ({ name: check.name, isTest: false, run: () => runCheck(check) })),
    ...projects.map((project) => ({
      name: project,
      isTest: true,
      run: (machine, output) => runTests(project, machine, output),
    })),
  ];
  const unknown = args.filter((arg) => !['--full', '--checks', ...steps.map(({ name }) => name)].includes(arg));
  if (unknown.length > 0) {
    throw new Failure(`No such check: ${unknown.join(', ')}. There are: ${steps.map(({ name }) => name).join(', ')}.`);
  }
  const named = steps.filter(({ name }) => args.includes(name));
  if (named.length > 0) return named;
  return args.includes('--checks') ? steps.filter(({ isTest }) => !isTest) : steps;
}

async function runSteps(steps, total) {
  await ensureModules();
  const machine = steps.some(({ name }) => onTheSystem.has(name)) ? await ensureSystemPackages() : undefined;
  for (const line of machine?.missing ?? []) console.log(`Not on this system: ${line}`);
  const begun = new Map();
  for (const step of steps) {
    const beside = steps.find(({ name }) => name === besides.get(step.name));
    if (beside) begun.set(beside.name, timed(beside, machine, 'keep'));
    const { outcome, milliseconds, output } = await (begun.get(step.name) ?? timed(step, machine, 'show'));
    if (output) console.log(output.trimEnd());
    total.passed += outcome.passed;
    total.failed.push(...outcome.failed.map((failure) => `${step.name}: ${failure}`));
    total.skipped.push(...outcome.skipped);
    console.log(summaryOf(step.name, outcome, milliseconds));
  }
}

/** Runs a step; with `keep`, what it writes is returned. */
async function timed({ run }, machine, output) {
  const started = Date.now();
  const outcome = await run(machine, output);
  return { outcome, milliseconds: Date.now() - started, output: outcome.output };
}

async function runCheck({ what, run }) {
  const { ok, output } = await run().catch((error) => ({ ok: false, output: String(error.stack) }));
  if (ok) return { passed: 1, failed: [], skipped: [] };
  console.log(output.trimEnd());
  return { passed: 0, failed: [what], skipped: [] };
}

function runTests(project, machine, output) {
  const obstacle = project === 'kernel' ? machine.kernel : undefined;
  return obstacle === undefined ? runProject(project, output) : skipProject(project, obstacle);
}

function summaryOf(step, { passed, failed, skipped }, milliseconds) {
  const counts = { passed, failed: failed.length, skipped: skipped.length };
  const seconds = (milliseconds / 1000).toFixed(1);
  const parts = Object.entries(counts).flatMap(([state, number]) => (number > 0 ? [`${number} ${state}`] : []));
  const state = failed.length > 0 ? 'FAILED' : 'ok';
  return `${state.padEnd(6)} ${step.padEnd(10)} ${seconds.padStart(7)} s  ${parts.join(', ') || 'there is none'}`;
}

function report({ passed, failed, skipped }) {
  console.log('');
  for (const { name, why } of skipped) console.log(`skipped: ${name}: ${why}`);
  for (const failure of failed) console.log(`failed: ${failure}`);
  console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
}
