import { withColumns } from "../additions";
import { defineProvider } from "../provider";
import { spanColumn } from "../spanTables";

/** Reward of each step or turn: what its tokens, and environment tokens right after it, were paid. */
export const stepRewards = defineProvider({
	id: "stepRewards",
	title: "Rewards of steps",
	summary: "Adds up what the environment paid within each step or turn.",
	source: null,
	cost: "arithmetic",
	provides: [
		{ stepField: "reward", of: "steps" },
		{ stepField: "reward", of: "turns" },
	],
	reads: [],
	params: {},
	needs: (_, asked) => ["stepField" in asked && asked.of === "turns" ? { field: "turns" } : { field: "steps" }],
	tabulate: (asked) => ({ gives: "paid", of: "stepField" in asked ? asked.of : "steps" }),
	annotate(batch, { asked }) {
		const of = "stepField" in asked ? asked.of : "steps";
		const table = batch[of]!;
		const { T, rewards, lengths, actionMask } = batch;
		const reward = spanColumn(table, (b, s) => {
			let sum = 0;
			for (let t = table.start[s]!; t < lengths[b]!; t++) {
				if (t >= table.end[s]! && (table.actor[s] !== 1 || actionMask[b * T + t])) break;
				sum += rewards[b * T + t]!;
			}
			return sum;
		});
		return { batch: withColumns(batch, of, { reward: Float64Array.from(reward) }) };
	},
});
