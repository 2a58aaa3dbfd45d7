/** The files that a policy is made of: the main one and what it uses, each loaded once, users after what they use. */
import type * as ast from '../../grammar/ast/index.ts';
import type { Comment } from '../../grammar/comment.ts';
import { diagnostic, type Diagnostic, type Label } from '../../grammar/diagnostic.ts';
import { didYouMean } from '../../grammar/did-you-mean.ts';
import { parse } from '../../grammar/parse.ts';
import type { SourceFile } from '../../grammar/source.ts';
import type { Inputs } from '../inputs.ts';
import { lostBlocks } from './lost-blocks.ts';
import { openFile } from './open-file.ts';
import { folderOf, joinPath } from './paths.ts';
import { PROBLEMS } from './problems.ts';
import { decodeUtf8 } from './utf8.ts';

/** A file of the policy, parsed. */
export interface Module {
  /** `std.NAME`, or the file's path from the folder of the main file: no two modules have the same. */
  readonly key: string;
  readonly source: SourceFile;
  readonly syntax: ast.PolicyFile;
  /** Every comment, in the order of the text. */
  readonly comments: readonly Comment[];
  /** What paths in it are relative to; empty: the main file's folder; undefined: the standard library, which names no files. */
  readonly folder: string | undefined;
  /** Its `use` statements in their order; those that could not be followed are left out (and reported). */
  readonly uses: readonly ResolvedUse[];
}

export interface ResolvedUse {
  readonly use: ast.Use;
  readonly module: Module;
}

export interface LoadedModules {
  readonly main: Module;
  /** All modules, each after those that it uses; the main one is the last. */
  readonly modules: readonly Module[];
  /** Those whose blocks are the policy: the main one and what it uses as a whole, in the order of `modules`. */
  readonly whole: readonly Module[];
  /** Standard modules that every policy may rely on without a `use`, as far as the library has them. */
  readonly implicit: ReadonlyMap<string, Module>;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a policy needs though it does not say so: names of ICMP types and DSCP classes, and what `drop` must not drop. */
const IMPLICIT_MODULES = ['icmp', 'dscp', 'essential'] as const;

/** More levels of files than a person would lay out. */
const DEEPEST = 64;

/** Loads `main` and everything that it uses. What is missing or malformed is reported, and the rest is loaded. */
export function loadModules(main: SourceFile, inputs: Inputs): LoadedModules {
  return new ModuleLoader(inputs).load(main);
}

/** A file on the way from the main one to the one at hand, and the statement in it that leads on. */
interface Step {
  readonly key: string;
  readonly use: ast.Use;
}

/** Where a module's text comes from. */
interface Origin {
  readonly key: string;
  readonly source: SourceFile;
  readonly folder: string | undefined;
}

class ModuleLoader {
  readonly #inputs: Inputs;
  readonly #diagnostics: Diagnostic[] = [];
  /** In the order in which they were completed. */
  readonly #modules = new Map<string, Module>();
  /** The way to the file at hand. */
  readonly #path: Step[] = [];
  /** What could not be loaded, so that it is reported at its first use only. */
  readonly #missing = new Set<string>();

  constructor(inputs: Inputs) {
    this.#inputs = inputs;
  }

  load(mainSource: SourceFile): LoadedModules {
    const implicit = new Map<string, Module>();
    for (const name of IMPLICIT_MODULES) {
      const text = this.#inputs.standard(name);
      const key = `std.${name}`;
      if (text === undefined) continue;
      const known = this.#modules.get(key);
      implicit.set(name, known ?? this.#complete({ key, source: { path: key, text }, folder: undefined }));
    }
    const key = mainSource.path.slice(mainSource.path.lastIndexOf('/') + 1);
    const main = this.#complete({ key, source: mainSource, folder: '' });
    const modules = [...this.#modules.values()];
    const whole = wholeModules(main);
    this.#diagnostics.push(...lostBlocks(modules, whole));
    return {
      main,
      modules,
      whole: modules.filter((module) => whole.has(module)),
      implicit,
      diagnostics: this.#diagnostics,
    };
  }

  /** Parses a module and loads what it uses. */
  #complete({ key, source, folder }: Origin): Module {
    const { file: syntax, diagnostics, comments } = parse(source);
    this.#diagnostics.push(...diagnostics);
    const uses: ResolvedUse[] = [];
    for (const use of usesIn(syntax.statements)) {
      this.#path.push({ key, use });
      const module = this.#follow(use, folder);
      this.#path.pop();
      if (module) uses.push({ use, module });
    }
    const module = { key, source: syntax.span.source, syntax, comments, folder, uses };
    this.#modules.set(key, module);
    return module;
  }

  #follow(use: ast.Use, folder: string | undefined): Module | undefined {
    const { module } = use;
    const key = 'std' in module ? `std.${module.std}` : joinPath(folder ?? '', module.path);
    const known = this.#modules.get(key);
    if (known) return known;
    if (this.#missing.has(key)) return undefined;
    const first = this.#path.findIndex((step) => step.key === key);
    if (first >= 0) return this.#report(cycle(this.#path.slice(first)));
    if (this.#path.length > DEEPEST) {
      this.#missing.add(key);
      const message = `files use each other more than ${DEEPEST} levels deep`;
      return this.#report(diagnostic(PROBLEMS.usedTooDeep, use.moduleSpan.span, message));
    }
    const origin = 'std' in module ? this.#standard(use, module.std, key) : this.#file(use, module.path, key, folder);
    if (!origin) this.#missing.add(key);
    return origin && this.#complete(origin);
  }

  #standard(use: ast.Use, name: string, key: string): Origin | undefined {
    const text = this.#inputs.standard(name);
    if (text !== undefined) return { key, source: { path: key, text }, folder: undefined };
    const names = this.#inputs.standardNames;
    const hint =
      didYouMean(
        key,
        names.map((known) => `std.${known}`),
      ) ?? `The standard library has ${names.join(', ')}.`;
    const message = `there is no standard module \`${key}\``;
    return this.#report(diagnostic(PROBLEMS.unknownStandardModule, use.moduleSpan.span, message, { hint }));
  }

  #file(use: ast.Use, path: string, key: string, folder: string | undefined): Origin | undefined {
    const opened = openFile(path, use.moduleSpan.span, folder, this.#inputs);
    if ('file' in opened) {
      const { file } = opened;
      const text = decodeUtf8(file.bytes.subarray(file.start));
      return { key, source: { path: file.shown, text }, folder: folderOf(file.path) };
    }
    const withEnding = `${path}.sluice`;
    const isMissing = opened.diagnostic.code === PROBLEMS.missingFile.code;
    const hasOther = isMissing && this.#inputs.read(joinPath(folder ?? '', withEnding)) !== undefined;
    return this.#report(
      hasOther ? { ...opened.diagnostic, hint: `did you mean \`"${withEnding}"\`?` } : opened.diagnostic,
    );
  }

  #report(finding: Diagnostic): undefined {
    this.#diagnostics.push(finding);
  }
}

/** The `use` statements of a file, also those in its tenants. */
function usesIn(statements: ast.Tenant['body']): ast.Use[] {
  return statements.flatMap((statement) => {
    if (statement.kind === 'use') return [statement];
    return statement.kind === 'tenant' ? usesIn(statement.body) : [];
  });
}

/** The steps of a circle, from a file back to itself. */
function cycle(steps: readonly Step[]): Diagnostic {
  const last = steps.at(-1)!;
  const keys = [...steps.map((step) => step.key), steps[0]!.key];
  const labels: Label[] = steps.slice(0, -1).map((step, index) => ({
    span: step.use.moduleSpan.span,
    text: `\`${step.key}\` uses \`${keys[index + 1]}\``,
  }));
  const message =
    keys.length === 2 ? `\`${keys[0]}\` uses itself` : `files use each other in a circle: ${keys.join(' → ')}`;
  const hint = keys.length === 2 ? undefined : 'Move what several of them need into a file that uses none of them.';
  return diagnostic(PROBLEMS.importCycle, last.use.moduleSpan.span, message, { labels, hint });
}

/** The main module and what it uses as a whole, through any number of such uses. */
function wholeModules(main: Module): Set<Module> {
  const whole = new Set([main]);
  // A set's iteration goes on over what is added meanwhile.
  for (const { uses, syntax } of whole) {
    const direct = new Set<ast.Statement>(syntax.statements);
    for (const { use, module } of uses) {
      if (!use.names && direct.has(use)) whole.add(module);
    }
  }
  return whole;
}
