/** Services by the names of `std.services`, where a name stands for exactly one protocol and port. */

/** From `tcp/22` to `ssh`; `text` is the module's own. */
export function serviceNames(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, service] = /^service ([a-z]\w*) = ((?:tcp|udp|sctp)\/\d+(?:-\d+)?)\s*(?:#.*)?$/.exec(line) ?? [];
    if (name !== undefined && service !== undefined && !names.has(service)) names.set(service, name);
  }
  return names;
}
