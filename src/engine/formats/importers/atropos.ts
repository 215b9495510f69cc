import type { RolloutRecord } from "../record";
import { entryOf, Fields, has, type Importer, present, type RowOrigin, rest } from "./importer";

/** Atropos groups (`data_path_to_save_groups`): one group a line; masks hold −100 where a token does not count. */
export const atropos: Importer = {
	id: "atropos",
	title: "Atropos groups",
	about: "Groups saved by Atropos: token ids, masks and scores, sometimes advantages and log-probabilities per token.",
	keys: ["tokens", "masks", "scores"],
	detect: (row) => has(row, "tokens", "masks", "scores") && Array.isArray(row.masks),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const sequences = rows(f, "tokens");
		const masks = rows(f, "masks");
		const optional = (name: string) => (f.has(name) ? rows(f, name) : undefined);
		const channels = {
			advantages: optional("advantages"),
			ref: optional("ref_logprobs"),
			inference: optional("inference_logprobs"),
		};
		const scores = f.numbers("scores");
		f.sameLength(sequences.length, { masks, scores, ...channels });
		const others = rest(row, "tokens", "masks", "scores", "advantages", "ref_logprobs", "inference_logprobs");
		return sequences.map((_, i): RolloutRecord => {
			const own = (list: readonly (readonly unknown[])[] | undefined) => list && oneRow(list[i]!, origin, i);
			const ids = oneRow(sequences[i]!, origin, i).ids("row");
			const mask = countedBy(masks[i]!);
			const start = Math.max(0, mask.indexOf(1));
			const cut = (list: Fields | undefined) => list?.numbers("row").slice(start);
			const parts = present({
				logprobs: cut(own(channels.inference)),
				ref_logprobs: cut(own(channels.ref)),
				advantages: cut(own(channels.advantages)),
			});
			f.sameLength(ids.length - start, { masks: mask.slice(start), ...parts });
			return {
				...entryOf(others, i, sequences.length),
				schema: "ascribe.rollout/1",
				id: `${origin.file}:${origin.line}/${i}`,
				group: `${origin.file}:${origin.line}`,
				prompt: ids.slice(0, start),
				tokens: ids.slice(start),
				mask: mask.slice(start),
				reward: scores[i] ?? null,
				...parts,
				...present({ advantages: parts.advantages && { atropos: parts.advantages } }),
			} as RolloutRecord;
		});
	},
};

/** Masks repeat the ids of counted tokens and hold −100 elsewhere, so that 0 is a token; masks without any −100 are of 0 and 1. */
function countedBy(masks: readonly unknown[]): number[] {
	const none = masks.includes(-100) ? -100 : 0;
	return masks.map((m) => (m === none ? 0 : 1));
}

function rows(f: Fields, name: string): readonly (readonly unknown[])[] {
	const list = f.list(name);
	for (const [i, row] of list.entries()) new Fields({ [`${name}[${i}]`]: row }, f.origin).list(`${name}[${i}]`);
	return list as readonly (readonly unknown[])[];
}

const oneRow = (row: readonly unknown[], origin: RowOrigin, i: number) =>
	new Fields({ row }, origin, `sequence ${i}, `);
