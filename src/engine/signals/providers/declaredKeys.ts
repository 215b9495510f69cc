import { choiceParam } from "../../credit/sharedParams";
import { withColumns } from "../additions";
import { defineProvider } from "../provider";
import { spanColumn } from "../spanTables";
import { statesOf } from "../taskSource";

/**
 * State keys as the task has them, for turns or steps: what the policy observes at their first token (`Environment.anchor`), or the
 * state of the task itself, which tells more (`Environment.key`: equal futures). A task without anchors always gives the latter.
 *
 * **Edges** spans of the environment, and rollouts whose prompt the task does not know, have no key.
 */
export const declaredKeys = defineProvider({
	id: "declaredKeys",
	title: "State keys of the task",
	summary: "Names the situation in which each turn or step starts, as the task knows it.",
	source: {
		cite: "Feng et al. 2025, Group-in-Group Policy Optimization (anchor states)",
		url: "https://arxiv.org/abs/2505.10978",
	},
	cost: "arithmetic",
	provides: [
		{ stepField: "stateKeys", of: "turns" },
		{ stepField: "stateKeys", of: "steps" },
	],
	reads: ["task"],
	params: {
		key: choiceParam({
			label: "Key",
			help: "What the policy observes, or the state of the task with all that decides the future.",
			default: "observed",
			options: ["observed", "state"],
		}),
	},
	needs: (_, asked) => ["stepField" in asked && asked.of === "steps" ? { field: "steps" } : { field: "turns" }],
	tabulate(asked, { key }, { machine }) {
		const own = Uint32Array.from({ length: machine.states }, (_, s) => s);
		return {
			gives: "stateKeys",
			of: "stepField" in asked ? asked.of : "turns",
			byState: key === "observed" ? (machine.observed ?? own) : own,
		};
	},
	annotate(batch, { asked, params, sources }) {
		const of = "stepField" in asked ? asked.of : "turns";
		const { env } = sources.task!.task;
		const states = Array.from(batch.lengths, (_, b) => statesOf(sources.task!, batch, b));
		const anchor = params.key === "observed" ? env.anchor : undefined;
		const table = batch[of]!;
		const stateKeys = spanColumn(table, (b, s) => {
			const known = states[b];
			if (!known || table.actor[s] !== 1) return null;
			const state = known[table.start[s]!];
			return anchor ? anchor.call(env, state) : env.key(state);
		});
		return { batch: withColumns(batch, of, { stateKeys }) };
	},
});
