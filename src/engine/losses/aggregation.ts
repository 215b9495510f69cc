import type { SurrogateConfig } from "./surrogate";

/**
 * Weight of each token in the loss, so that aggregating is one weighted sum.
 *
 * token-mean 1/n; seq-mean-token-mean 1/(S·n_row); seq-mean-token-sum 1/S; constant 1/(B·constant), with S the rollouts that have
 * a counted token, as verl and OpenRLHF have it; TRL's means over rollouts divide by all B. **Source** the modes of verl and TRL; `constant` is Dr.GRPO's, https://arxiv.org/abs/2503.20783.
 */
export function aggregationWeights(
	{ aggregation, constant }: Pick<SurrogateConfig, "aggregation" | "constant">,
	B: number,
	rows: Int32Array,
): Float64Array {
	const counts = new Float64Array(B);
	for (const row of rows) counts[row]! += 1;
	const S = counts.reduce((n, c) => n + (c > 0 ? 1 : 0), 0);
	switch (aggregation) {
		case "token-mean":
			return new Float64Array(rows.length).fill(1 / rows.length);
		case "seq-mean-token-mean":
			return Float64Array.from(rows, (row) => 1 / (S * counts[row]!));
		case "seq-mean-token-sum":
			return new Float64Array(rows.length).fill(1 / S);
		case "constant":
			return new Float64Array(rows.length).fill(1 / (B * constant));
	}
}
