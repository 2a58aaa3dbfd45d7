import type { Annotations } from './ast/index.ts';

/** What a statement has that nothing was said about. */
export const EMPTY_ANNOTATIONS: Annotations = Object.freeze({ documentation: Object.freeze<string[]>([]) });
