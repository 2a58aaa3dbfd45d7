/**
 * Commands of iptables(8), as scripts and `iptables -S` have them. Only what means the same in any shell is read: no variables, no
 * other quotes than those of iptables-save, nothing that another program is told.
 */
import type { Family } from './dump.ts';

export interface Command {
  readonly family: Family;
  readonly table: string;
  /** Where the command itself begins: `-A INPUT …`. */
  readonly start: number;
  readonly end: number;
}

const CALL = /^(?:sudo )?(?:\/\S*\/)?(ip6?tables)(?:-legacy|-nft)?[ \t]+/;
const OPTION = /^(?:-w(?: \d+)?|--wait(?:[= ]\d+)?|(?:-t|--table)[= \t]+(\S+))[ \t]+/;
const OUTSIDE_QUOTES = /[$`;|&<>(){}[\]*?'\\~]/;
const IN_QUOTES = /[$`]|\\[^"\\]/;

/** Undefined where the line is no such call, or where a shell would make something else of it. */
export function readCommand(text: string, start: number, end: number): Command | undefined {
  const line = text.slice(start, end);
  const call = CALL.exec(line);
  if (!call) return undefined;
  const stop = endOfWords(line);
  if (stop === undefined) return undefined;
  let at = call[0].length;
  let table = 'filter';
  for (let option = OPTION.exec(line.slice(at)); option; option = OPTION.exec(line.slice(at))) {
    table = option[1] ?? table;
    at += option[0].length;
  }
  return { family: call[1] === 'ip6tables' ? 6 : 4, table, start: start + at, end: start + stop };
}

/** Where the words end, before a comment; undefined where a shell reads more into them. */
function endOfWords(line: string): number | undefined {
  let at = 0;
  for (const part of line.split(/("(?:[^"\\]|\\.)*")/)) {
    const isQuoted = part.startsWith('"');
    const comment = isQuoted ? -1 : part.search(/(?:^|[ \t])#/);
    const words = comment < 0 ? part : part.slice(0, comment);
    if ((isQuoted ? IN_QUOTES : OUTSIDE_QUOTES).test(words)) return undefined;
    at += words.length;
    if (comment >= 0) break;
  }
  return line.slice(0, at).trimEnd().length;
}

/** Which table `iptables -S` tells of, by the policies of built-in chains that it begins with. */
export function listedTable(policies: ReadonlySet<string>): 'filter' | 'nat' | 'mangle' | 'raw' {
  if (!policies.has('PREROUTING')) return 'filter';
  if (!policies.has('POSTROUTING')) return 'raw';
  return policies.has('FORWARD') ? 'mangle' : 'nat';
}
