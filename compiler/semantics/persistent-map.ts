/**
 * A map that never changes: every change gives a new one and leaves the old as it was, at the cost of one entry.
 *
 * All versions share one hash table, which fits the version used last; the others hold the change that leads to their
 * neighbour, and are turned round when they are used again (Baker, "Shallow binding makes functional arrays fast", 1991).
 * The reference makes a new state for each packet and hardly ever goes back, so nearly every step is a plain map's.
 */

type Version<K, V> =
  | { kind: 'current'; table: Map<K, V> }
  | { kind: 'changed'; key: K; value: V | undefined; present: boolean; next: PersistentMap<K, V> };

export class PersistentMap<K, V> {
  #version: Version<K, V>;

  private constructor(version: Version<K, V>) {
    this.#version = version;
  }

  static empty<K, V>(): PersistentMap<K, V> {
    return new PersistentMap<K, V>({ kind: 'current', table: new Map() });
  }

  static from<K, V>(entries: Iterable<readonly [K, V]>): PersistentMap<K, V> {
    return new PersistentMap<K, V>({ kind: 'current', table: new Map(entries) });
  }

  get size(): number {
    return this.#table().size;
  }

  get(key: K): V | undefined {
    return this.#table().get(key);
  }

  has(key: K): boolean {
    return this.#table().has(key);
  }

  set(key: K, value: V): PersistentMap<K, V> {
    const table = this.#table();
    if (table.get(key) === value && table.has(key)) return this;
    const next = new PersistentMap<K, V>({ kind: 'current', table });
    this.#version = { kind: 'changed', key, value: table.get(key), present: table.has(key), next };
    table.set(key, value);
    return next;
  }

  delete(key: K): PersistentMap<K, V> {
    const table = this.#table();
    if (!table.has(key)) return this;
    const next = new PersistentMap<K, V>({ kind: 'current', table });
    this.#version = { kind: 'changed', key, value: table.get(key), present: true, next };
    table.delete(key);
    return next;
  }

  /** The entries as they are now; the map may be used meanwhile. */
  entries(): (readonly [K, V])[] {
    return [...this.#table().entries()];
  }

  /** The shared table, made to fit this version. */
  #table(): Map<K, V> {
    if (this.#version.kind === 'current') return this.#version.table;
    // The nearest to the current version turns first.
    const way: PersistentMap<K, V>[] = [this];
    for (let next = this.#version.next; next.#version.kind === 'changed'; next = next.#version.next) way.push(next);
    for (const map of way.toReversed()) map.#turn();
    return this.#table();
  }

  /** Takes the shared table from its neighbour, which keeps the change in place of it. */
  #turn(): void {
    if (this.#version.kind !== 'changed') return;
    const { key, value, present, next } = this.#version;
    if (next.#version.kind !== 'current') return;
    const { table } = next.#version;
    next.#version = { kind: 'changed', key, value: table.get(key), present: table.has(key), next: this };
    if (present) table.set(key, value as V);
    else table.delete(key);
    this.#version = { kind: 'current', table };
  }
}
