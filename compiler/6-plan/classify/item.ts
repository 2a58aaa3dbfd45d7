/**
 * A rule on its way down a tree of lookups, as one number: the rule's own number, and the axes that hold for every packet
 * that comes so far. Items of a list are in the order of their rules, for they are in the order of their numbers.
 */

/** `rule * AXIS_SETS + settled` */
export type Item = number;

/** More than any set of axes, which are bits (see space.ts). */
const AXIS_SETS = 32;
/** More than any item. */
export const ITEMS = 2 ** 24;

export const itemOf = (rule: number): Item => rule * AXIS_SETS;
export const ruleOf = (item: Item): number => Math.floor(item / AXIS_SETS);
export const settledOf = (item: Item): number => item % AXIS_SETS;
export const settle = (item: Item, axes: number): Item => item | axes;
