import type { AnyMethod } from "./method";
import * as catalog from "./methods/catalog";

/** Every credit-assignment method, by export name. */
export const METHODS: readonly AnyMethod[] = Object.values(catalog);
