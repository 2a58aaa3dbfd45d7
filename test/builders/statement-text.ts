/** Statements that were read back, in short: `source/4 & 0xffffff00 in 10.0.0.0 | accept`, numbers as they are. */
import type {
  Column,
  MachineSet,
  Read,
  SetUse,
  Statement,
  TranslationTo,
  Verdict,
} from '../../compiler/proof/machine/form.ts';
import { readBigint, strideOf } from '../../compiler/net/words.ts';

export function statementTexts(statements: readonly Statement[]): string {
  return statements.map(statementText).join(' | ');
}

function statementText(statement: Statement): string {
  switch (statement.kind) {
    case 'match':
      return `${keyText(statement.key)} ${statement.negated ? 'not in' : 'in'} ${setText(statement.set)}`;
    case 'verdict':
      return verdictText(statement.verdict);
    case 'verdict map':
      return `${keyText(statement.key)} leads ${setText(statement.map)}`;
    case 'set mark by map':
      return `${statement.of} mark = ${keyText(statement.key)} of ${setText(statement.map)}`;
    case 'set priority by map':
      return `priority = ${keyText(statement.key)} of ${setText(statement.map)}`;
    case 'limit map':
      return `limit ${keyText(statement.key)} of ${setText(statement.map)}`;
    case 'translate': {
      const { verb, family, to, random, persistent } = statement;
      return `${verb}${family === undefined ? '' : `/${family}`} to ${targetText(to)}${flagsText({ random, persistent })}`;
    }
    case 'update': {
      const { kind: _kind, verb, set, key, ...more } = statement;
      return `${verb} ${set} ${keyText(key)}${flagsText(more)}`;
    }
    default: {
      const { kind, ...more } = statement;
      return `${kind}${flagsText(more)}`;
    }
  }
}

function flagsText(flags: object): string {
  const said = Object.entries(flags).filter(([, value]) => value !== undefined && value !== false);
  return said.map(([name, value]) => ` ${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`).join('');
}

function keyText(key: readonly Read[]): string {
  return key.map(readText).join(' . ');
}

function readText(read: Read): string {
  const mask = 'mask' in read && read.mask !== undefined ? ` & 0x${read.mask.toString(16)}` : '';
  switch (read.kind) {
    case 'field':
      return `${read.field}${read.family === undefined ? '' : `/${read.family}`}${mask}`;
    case 'bytes':
      return `${read.of} ${read.offset}+${read.bits}${mask}`;
    case 'address kind':
      return `kind of ${read.field}${read.toward === undefined ? '' : ` at ${read.toward}`}`;
    case 'label':
      return `label ${read.label}`;
    case 'hash':
      return `hash(${keyText(read.of)}) % ${read.modulus} seed ${read.seed}`;
    case 'constant':
      return String(read.value);
  }
}

function verdictText(verdict: Verdict): string {
  return 'chain' in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind;
}

function targetText(to: TranslationTo): string {
  if (to.kind !== 'constant') return `${to.kind} ${keyText(to.key)} of ${setText(to.map)}`;
  return [to.addresses, to.ports].map((ends) => ends?.join('-') ?? 'same').join(' ');
}

/** The elements of a set or map; a named one by its name. */
export function setText(use: SetUse): string {
  if (typeof use === 'string') return `@${use}`;
  const texts = Array.from({ length: use.count }, (_, index) => elementText(use, index));
  return texts.length === 1 ? texts[0]! : `{ ${texts.join(', ')} }`;
}

function elementText({ key, data, verdicts, attachments }: MachineSet, index: number): string {
  const parts = (columns: readonly Column[]) => columns.map((column) => valueText(column, index)).join(' . ');
  const verdict = verdicts?.list[verdicts.indices[index]!];
  const attachment = attachments?.list[attachments.indices[index]!];
  return [
    parts(key),
    ...(verdict ? [`: ${verdictText(verdict)}`] : []),
    ...(data.length > 0 ? [`: ${parts(data)}`] : []),
    ...(attachment ? [flagsText(attachment).trim()] : []),
  ].join(' ');
}

function valueText(column: Column, index: number): string {
  if (column.kind === 'names') return column.names[column.indices[index]!]!;
  const stride = strideOf(column.width);
  const [low, high] = [column.lows, column.highs].map((words) => readBigint(words, index, stride));
  return low === high ? String(low) : `${low}-${high}`;
}
