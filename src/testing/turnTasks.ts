import type { ExperimentSpec } from "../engine/spec/experiment";
import { parseSpec } from "../engine/spec/parseSpec";
import { openSpec } from "../engine/spec/registries";
import type { TrainingPlan } from "../engine/training/executor";
import { planOf } from "../engine/training/plan";
import { promptPool } from "../engine/training/prompts";
import { Requests } from "../engine/training/requests";

/** Tasks that fit into a table and have several turns: with chance, with several words in a row, and one that the environment begins. */
export const TURN_TASKS = [
	{ id: "keydoor", params: { distractors: 3 } },
	{ id: "box", params: { side: 4, goal: 5, actions: 3, away: 1 } },
	{ id: "flow2d", params: { noise: 0.5 } },
] as const;

/** The same experiment with its task as a table and in turns. */
export function bothWays(task: { id: string; params: Readonly<Record<string, unknown>> }, valueHead = false) {
	const given: ExperimentSpec = parseSpec({
		schema: "ascribe.spec/1",
		task,
		method: { id: "grpo" },
		loss: { id: "ppo" },
		model: { layers: 2, width: 16, heads: 2, valueHead },
		rollout: { prompts: 4, groupSize: 4 },
		steps: 3,
		evaluation: { every: 0, prompts: 2 },
	});
	const opened = openSpec(given);
	const play = (inTurns: boolean) => {
		const built = inTurns ? { ...opened.task, tabulable: false } : opened.task;
		const pool = promptPool(built, opened.spec);
		const plan: TrainingPlan = planOf(opened.spec, built, pool);
		return { plan, task: built, pool, requests: new Requests(plan, pool) };
	};
	return { table: play(false), turns: play(true) };
}
