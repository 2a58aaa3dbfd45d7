/** All states in which a ring of hits can be, and what steps make of each. */

/** One part of a rule; what does not hold breaks it off. Slots count from 1, and 0 is the set of keys with enough hits. */
export type Step =
  | { readonly kind: 'is'; readonly slot: number; readonly negated: boolean }
  /** Breaks off where the slot is empty and the set takes no more. */
  | { readonly kind: 'write'; readonly slot: number }
  | { readonly kind: 'clear'; readonly slot: number }
  | { readonly kind: 'return' }
  | { readonly kind: 'goto'; readonly rules: readonly (readonly Step[])[] };

export interface RingState {
  /** Of those that hold a hit, the one that is longest ago; counted from 0. */
  readonly first: number;
  readonly count: number;
  /** Whether the set of slots takes one more. */
  readonly room: boolean;
  readonly slots: boolean[];
  full: boolean;
  /** Slots that were written, counted from 0. */
  readonly written: number[];
}

/** Each state with what the steps make of it: hits side by side, the mark of enough hits right or too old. */
export function* runsOf(
  rules: readonly (readonly Step[])[],
  hits: number,
): Iterable<{ readonly before: RingState; readonly after: RingState }> {
  const slots = hits + 1;
  for (let first = 0; first < slots; first++) {
    for (let count = 0; count <= hits; count++) {
      const held = Array.from({ length: slots }, (_, at) => (at + slots - first) % slots < count);
      for (const full of [false, true]) {
        for (const room of [true, false]) {
          const before = { first, count, room, slots: held, full, written: [] };
          const after: RingState = { ...before, slots: [...held], written: [] };
          run(rules, after);
          yield { before, after };
        }
      }
    }
  }
}

function run(rules: readonly (readonly Step[])[], state: RingState): void {
  for (const rule of rules) if (leaves(rule, state)) return;
}

/** Whether the rule leads on to no rule behind it. */
function leaves(rule: readonly Step[], state: RingState): boolean {
  for (const step of rule) {
    switch (step.kind) {
      case 'is':
        if (isHeld(step.slot, state) === step.negated) return false;
        break;
      case 'write':
        if (step.slot > 0 && !state.room && !isHeld(step.slot, state)) return false;
        set(step.slot, true, state);
        break;
      case 'clear':
        set(step.slot, false, state);
        break;
      case 'return':
        return true;
      case 'goto':
        run(step.rules, state);
        return true;
    }
  }
  return false;
}

function isHeld(slot: number, { slots, full }: RingState): boolean {
  return slot === 0 ? full : slots[slot - 1] === true;
}

function set(slot: number, held: boolean, state: RingState): void {
  if (slot === 0) {
    state.full = held;
    return;
  }
  state.slots[slot - 1] = held;
  if (held) state.written.push(slot - 1);
}
