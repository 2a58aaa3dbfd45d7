import type { CommandDefinition } from '../command.ts';
import { calibrate } from './calibrate.ts';
import { check } from './check.ts';
import { compile } from './compile.ts';
import { diff } from './diff.ts';
import { explain } from './explain.ts';
import { fmt } from './fmt.ts';
import { importRules } from './import.ts';
import { lint } from './lint.ts';
import { optimize } from './optimize.ts';
import { stats } from './stats.ts';
import { test } from './test.ts';

/** All commands, in the order in which `--help` lists them. */
export const COMMANDS: readonly CommandDefinition<object>[] = [
  compile,
  check,
  test,
  lint,
  explain,
  stats,
  calibrate,
  diff,
  fmt,
  importRules,
  optimize,
];
