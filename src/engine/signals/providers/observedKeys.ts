import { integerParam } from "../../credit/sharedParams";
import type { RolloutBatch, SpanTable } from "../../rollouts/batch";
import { withColumns } from "../additions";
import { defineProvider } from "../provider";
import { spanColumn } from "../spanTables";

/**
 * State keys from the tokens alone: the last n tokens before a turn or step. With back-off a context that fewer than `members`
 * rollouts of the group share is shortened by one token at a time, down to `shortest`, until enough share it; in the manner of
 * back-off in n-gram models. With `shortest` = `longest` keys are exact.
 *
 * **Edges** a span at the start of the response has an empty context, which all rollouts of its group share.
 */
export const observedKeys = defineProvider({
	id: "observedKeys",
	title: "State keys from tokens",
	summary: "Names a situation by the tokens right before it, by fewer of them where too few rollouts share more.",
	source: {
		cite: "Katz 1987, Estimation of Probabilities from Sparse Data for the Language Model Component of a Speech Recognizer",
		url: "https://doi.org/10.1109/TASSP.1987.1165125",
	},
	cost: "arithmetic",
	provides: [
		{ stepField: "stateKeys", of: "turns" },
		{ stepField: "stateKeys", of: "steps" },
	],
	reads: [],
	params: {
		longest: integerParam({
			label: "Longest context",
			help: "Tokens before the span that the key holds at most; 0 = all of the response so far.",
			default: 0,
			min: 0,
			max: 10000,
			unit: "tokens",
		}),
		shortest: integerParam({
			label: "Shortest context",
			help: "Back-off ends here.",
			default: 1,
			min: 0,
			max: 10000,
			unit: "tokens",
		}),
		members: integerParam({
			label: "Members",
			help: "A context that fewer rollouts of the group share is shortened; 1 keeps the longest.",
			default: 2,
			min: 1,
			max: 1000,
			unit: "rollouts",
		}),
	},
	needs: (_, asked) => ["stepField" in asked && asked.of === "steps" ? { field: "steps" } : { field: "turns" }],
	annotate(batch, { asked, params }) {
		const of = "stepField" in asked ? asked.of : "turns";
		return { batch: withColumns(batch, of, { stateKeys: backedOff(batch, batch[of]!, params) }) };
	},
});

interface BackOff {
	readonly longest: number;
	readonly shortest: number;
	readonly members: number;
}

function backedOff(batch: RolloutBatch, table: SpanTable, { longest, shortest, members }: BackOff) {
	const contexts = spanColumn(table, (b, s) => {
		if (table.actor[s] !== 1) return null;
		const start = table.start[s]!;
		const most = longest === 0 ? start : Math.min(longest, start);
		const least = Math.min(shortest, most);
		const tokens = Array.from(batch.tokens.subarray(b * batch.T, b * batch.T + start));
		// Longest first. The name tells the length, so that contexts of different lengths never meet.
		return Array.from(
			{ length: most - least + 1 },
			(_, k) => `${most - k}: ${tokens.slice(start - most + k).join(" ")}`,
		);
	});
	const owner = spanColumn(table, (b) => b);
	const sharers = new Map<string, Set<number>>();
	contexts.forEach((names, s) => {
		for (const name of names ?? []) {
			const key = `${batch.groupIds[owner[s]!]} ${name}`;
			sharers.set(key, (sharers.get(key) ?? new Set()).add(owner[s]!));
		}
	});
	return contexts.map((names, s) => {
		if (!names) return null;
		const shared = names.find((name) => sharers.get(`${batch.groupIds[owner[s]!]} ${name}`)!.size >= members);
		return shared ?? names.at(-1)!;
	});
}
