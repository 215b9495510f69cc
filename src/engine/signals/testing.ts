import { ragged } from "../credit/testing";
import type { RolloutBatch } from "../rollouts/batch";
import { resolveParams } from "../spec/params";
import { findEntry } from "../spec/resolveSpec";
import { PROVIDERS } from "./registry";
import type { Sources } from "./sources";

/** What a provider adds for its i-th offer. */
export function annotated(
	id: string,
	batch: RolloutBatch,
	params: Record<string, unknown> = {},
	sources: Sources = {},
	offer = 0,
) {
	const provider = findEntry(PROVIDERS, id, "provider");
	const values = resolveParams(provider.params, params, id);
	return provider.annotate(batch, { asked: provider.provides[offer]!, params: values, sources });
}

/** A signal of a batch, a row for each rollout. */
export const rows = (batch: RolloutBatch, name: string) => ragged(batch, batch.signals[name]!.data);
