import * as catalog from "./catalog";
import type { AnyWriter } from "./writer";

/** Every writer of rewards, by export name. */
export const REWARD_WRITERS: readonly AnyWriter[] = Object.values(catalog);
