import { resolveParams } from "../spec/params";
import { findEntry } from "../spec/resolveSpec";
import * as catalog from "./catalog";
import { type AnyLoss, PLAIN } from "./loss";
import type { SurrogateConfig } from "./surrogate";

/** Every policy loss, by export name. */
export const LOSSES: readonly AnyLoss[] = Object.values(catalog);

/**
 * The surrogate that a loss and its parameters stand for.
 * @param maxResponseLength what `constant=0` divides by.
 * @throws InvalidInput for an unknown loss or parameter.
 */
export function lossConfig(
	id: string,
	params: Readonly<Record<string, unknown>>,
	maxResponseLength: number,
): SurrogateConfig {
	const loss = findEntry(LOSSES, id, "loss");
	const config = { ...PLAIN, ...loss.config(resolveParams(loss.params, params, `loss ${id}`)) };
	return {
		...config,
		constant: config.constant > 0 && config.aggregation === "constant" ? config.constant : maxResponseLength,
	};
}
