/** Services by the names of `std.services`, where a name stands for exactly one port of one protocol, or of TCP and UDP. */

/** From `tcp/22` to `ssh`, from both of `pairOf` to `https`; `text` is the module's own. */
export function serviceNames(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, services] =
      /^service ([a-z]\w*) = ([a-z]\w*|[a-z]+\/[\d-]+(?:, [a-z]+\/[\d-]+)?)\s*(?:#.*)?$/.exec(line) ?? [];
    if (name === undefined || services === undefined) continue;
    const [alias] = [...names].find(([, known]) => known === services) ?? [];
    const key = alias ?? keyOf(services.split(', '));
    // Of two names for one thing, that of a pair is the later one: `dns`, and not `domain`.
    if (key !== undefined && (!names.has(key) || alias?.includes(' '))) names.set(key, name);
  }
  return names;
}

/** The same port of TCP and of UDP, as one key; undefined for other protocols. */
export function pairOf(item: string): { readonly key: string; readonly other: string } | undefined {
  const [, protocol, ports] = /^(tcp|udp)\/(\d+)$/.exec(item) ?? [];
  if (ports === undefined) return undefined;
  return { key: `tcp/${ports} udp/${ports}`, other: `${protocol === 'tcp' ? 'udp' : 'tcp'}/${ports}` };
}

function keyOf([one = '', other, ...more]: readonly string[]): string | undefined {
  if (more.length > 0 || !/^(tcp|udp|sctp)\/\d/.test(one)) return undefined;
  if (other === undefined) return one;
  const pair = pairOf(one);
  return pair?.other === other ? pair.key : undefined;
}
