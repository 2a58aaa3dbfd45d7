/** What to do about a line that `iptables-save` does not write: most come from another command. */

const KNOWN: readonly (readonly [line: RegExp, hint: string])[] = [
  [
    /^(sudo )?\S*\bip6?tables(-\w+)* /,
    'What a shell reads into a command, a variable for one, is not read here, nor are other commands than `-A`, `-N`, `-P`. Give what ' +
      "`unshare -n sh -c '. ./FILE; iptables-save'` writes: it runs them where they touch nothing.",
  ],
  [
    /^-[PN] /,
    'No chain can be so declared here. Say it as a dump does: `:INPUT DROP [0:0]`, or `:NAME - [0:0]` for a new chain.',
  ],
  [/^-[IRDXFZ] /, 'This changes what is in the kernel. Load the file, and give what `iptables-save` writes then.'],
  [/^(Chain|target|pkts|num) /, '`iptables -L` writes this, and leaves much out. Give what `iptables-save` writes.'],
  [/^-A /, 'Rules stand between `*TABLE` and `COMMIT`. Give all that `iptables-save` writes.'],
  [/^(add|create|flush) /, 'Sets stand in a file of their own. Give what `ipset save` writes as one file more.'],
  [
    /^(table|chain) .*\{$/,
    'This is a rule set of nft, which is not imported: `import` reads what `iptables-save` writes.',
  ],
];

export function hintForLine(line: string): string {
  const known = KNOWN.find(([pattern]) => pattern.test(line));
  return known?.[1] ?? 'Give what `iptables-save` or `ip6tables-save` writes.';
}
