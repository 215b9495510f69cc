import type { AnyProvider, ProviderCost } from "./provider";
import * as catalog from "./providers/catalog";

const PRICE: Readonly<Record<ProviderCost, number>> = { arithmetic: 0, "forward pass": 1, rollouts: 2 };

/** Every provider of signals in the order in which they are tried: cheapest first, then by id. */
export const PROVIDERS: readonly AnyProvider[] = Object.values(catalog).sort(
	(a, b) => PRICE[a.cost] - PRICE[b.cost] || (a.id < b.id ? -1 : 1),
);
