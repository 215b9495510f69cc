import type { RolloutRecord } from "../record";
import { Fields, has, type Importer, NO_TEXT, present, type Row, rest } from "./importer";

/** Every value except `idx` sits in a list of length one: a micro-batch of one. */
function unwrapped(row: Row): Row {
	return Object.fromEntries(
		Object.entries(row).map(([key, value]) => [key, Array.isArray(value) && value.length === 1 ? value[0] : value]),
	);
}

const USED = [
	["token_ids", "token_loss_mask", "advantages", "generation_logprobs", "prev_logprobs"],
	["input_lengths", "rewards", "idx"],
].flat();

/** NeMo-RL's `train_data_step{N}.jsonl`: padded samples with per-token arrays over prompt and response. */
export const nemoRl: Importer = {
	id: "nemoRl",
	title: "NeMo-RL train data",
	about:
		"The train_data_step files of NeMo-RL: per-token masks, log-probabilities and advantages, with text as one piece.",
	keys: ["token_loss_mask", "generation_logprobs"],
	detect: (row) => has(row, "token_loss_mask", "generation_logprobs"),
	convert(row, origin) {
		const open = unwrapped(row);
		const f = new Fields(open, origin);
		const length = f.optionalNumber("input_lengths") ?? f.list("token_loss_mask").length;
		const cut = <T>(list: readonly T[] | undefined) => list?.slice(0, length);
		const ids = f.has("token_ids") ? cut(f.ids("token_ids")) : undefined;
		const written = cut(f.mask("token_loss_mask"))!;
		const start = Math.max(0, written.indexOf(1));
		// A sample that the loss leaves out counts no token, whatever its tokens' own mask says.
		const mask = f.optionalNumber("sample_loss_mask") === 0 ? written.map(() => 0) : written;
		const part = (name: string) => cut(f.optionalNumbers(name))?.slice(start);
		const channels = present({
			generation: part("generation_logprobs"),
			previous: part("prev_logprobs"),
			advantages: part("advantages"),
		});
		f.sameLength(mask.length - start, channels);
		const step = /step_?(\d+)/.exec(origin.file)?.[1];
		const record: RolloutRecord = {
			...rest(open, ...USED),
			schema: "ascribe.rollout/1",
			id: f.has("idx") ? String(f.number("idx")) : `${origin.file}:${origin.line}`,
			tokens: ids ? ids.slice(start) : mask.slice(start).map(() => NO_TEXT),
			mask: mask.slice(start),
			reward: f.reward("rewards"),
			...present({
				prompt: ids?.slice(0, start),
				step: step === undefined ? undefined : Number(step),
				logprobs: channels.generation,
				advantages: channels.advantages && { "nemo-rl": channels.advantages },
				signals: channels.previous && { trainerLogProbs: channels.previous },
			}),
		};
		return [record];
	},
};
