import type { RolloutRecord } from "../record";
import { Fields, has, type Importer, present, rest } from "./importer";

/** What the export knows of each token, by the name of its signal: true is 1. */
const SIGNALS = {
	trainerLogProbs: "trainer_logprobs",
	importanceRatio: "importance_ratio",
	logImportanceRatio: "log_importance_ratio",
	mismatchKl: "mismatch_kl",
	probDelta: "prob_delta",
	isMasked: "is_masked",
	isMaskedHigh: "is_masked_high",
	isMaskedLow: "is_masked_low",
	rlWeights: "rl_weights",
	ceWeights: "ce_weights",
	refKlWeights: "ref_kl_weights",
};
const USED = ["step", "token_ids", "loss_mask", "advantages", "inference_logprobs", "entropy"];

/** A stream that is at its default, or could not be computed, is written as nothing but null. */
const isKnown = (list: unknown): boolean =>
	Array.isArray(list) ? list.some((x) => x !== null) : list !== undefined && list !== null;

function over(f: Fields, field: string): (number | null)[] {
	const list = f.list(field);
	return list.every((x) => typeof x === "boolean") ? list.map(Number) : f.numbers(field);
}

/**
 * prime-rl's `trainer.enable_token_export`: one packed sequence a line with aligned arrays over all its tokens, prompt
 * included. The prompt is the run of tokens before the first one that is trained on. No text: ids need the tokenizer.
 */
export const primeRlTokens: Importer = {
	id: "primeRlTokens",
	title: "prime-rl token export",
	about: "Written with trainer.enable_token_export; per-token advantages, log-probabilities and ratios, but no text.",
	keys: ["schema_version", "token_ids", "importance_ratio"],
	detect: (row) => has(row, "schema_version", "token_ids", "importance_ratio"),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const ids = f.ids("token_ids");
		const mask = f.mask("loss_mask");
		const channels = present({
			advantages: f.optionalNumbers("advantages"),
			inference: f.optionalNumbers("inference_logprobs"),
			trainer: f.optionalNumbers("trainer_logprobs"),
			entropy: f.optionalNumbers("entropy"),
		});
		const signals = Object.fromEntries(
			Object.entries(SIGNALS).flatMap(([name, field]) => (isKnown(row[field]) ? [[name, over(f, field)]] : [])),
		);
		f.sameLength(ids.length, { loss_mask: mask, ...channels, ...signals });
		const start = Math.max(0, mask.indexOf(1));
		const cut = <T>(list: readonly T[] | undefined) => list?.slice(start);
		const record: RolloutRecord = {
			...rest(row, ...USED, ...Object.values(SIGNALS)),
			schema: "ascribe.rollout/1",
			id: ["rank", "micro_step", "micro_sequence_idx", "export_sequence_idx"].map((key) => row[key] ?? 0).join("/"),
			step: f.number("step"),
			prompt: ids.slice(0, start),
			tokens: ids.slice(start),
			mask: mask.slice(start),
			reward: null,
			...present({
				logprobs: cut(channels.inference ?? channels.trainer),
				entropy: cut(channels.entropy),
				advantages: channels.advantages && { "prime-rl": cut(channels.advantages)! },
				signals: Object.fromEntries(Object.entries(signals).map(([name, list]) => [name, list.slice(start)])),
			}),
		};
		return [record];
	},
};
