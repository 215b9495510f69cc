import type { Policy, Prefix } from "./policy";

/**
 * The same policy, which is asked about every prefix once: what an exact value asked already costs a sampled continuation nothing.
 * **Edges** rows are kept until the policy is dropped, `[V]` float64 a prefix, so it is for one set of parameters and a tree that fits into
 * memory; what is legal after a prefix follows from the prompt and the response, as it does in every task.
 */
export function rememberingPolicy(policy: Policy): Policy {
	const known = new Map<string, Float64Array>();
	return {
		...policy,
		async logProbs(prefixes) {
			const keys = prefixes.map(keyOf);
			const unknown = new Map(prefixes.flatMap((prefix, i) => (known.has(keys[i]!) ? [] : [[keys[i]!, prefix]])));
			const rows = unknown.size > 0 ? await policy.logProbs([...unknown.values()]) : [];
			for (const [i, key] of [...unknown.keys()].entries()) known.set(key, rows[i]!);
			return keys.map((key) => known.get(key)!);
		},
	};
}

const keyOf = ({ item, response }: Prefix) => `${item.prompt.join()};${response.join()}`;
