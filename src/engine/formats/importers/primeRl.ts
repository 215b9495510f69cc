import type { RolloutRecord } from "../record";
import { Fields, has, type Importer, present } from "./importer";

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
			ratio: f.optionalNumbers("importance_ratio"),
			mismatchKl: f.optionalNumbers("mismatch_kl"),
		});
		f.sameLength(ids.length, { loss_mask: mask, ...channels });
		const start = Math.max(0, mask.indexOf(1));
		const cut = <T>(list: readonly T[] | undefined) => list?.slice(start);
		const record: RolloutRecord = {
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
				signals: present({
					trainerLogProbs: cut(channels.trainer),
					importanceRatio: cut(channels.ratio),
					mismatchKl: cut(channels.mismatchKl),
				}),
				env_name: typeof row.env_name === "string" ? row.env_name : undefined,
			}),
		};
		return [record];
	},
};
