import type { ExperimentSpec } from "../engine/spec/experiment";
import { parseSpec } from "../engine/spec/parseSpec";
import type { Task, TaskItem } from "../engine/tasks/task";
import { CpuExecutor, type Objective } from "../engine/training/cpuExecutor";
import type { TrainingPlan } from "../engine/training/executor";

/** A task for tests that a tiny model learns in seconds: say the prompt's one token again. Four prompts, chance 1/4. */
export const echoTask: Task = {
	id: "echo",
	params: {},
	vocab: { tokens: ["a", "b", "c", "d"] },
	maxPromptLength: 1,
	maxResponseLength: 1,
	splits: "shared",
	promptCount: 4,
	item: (_, index): TaskItem => ({ id: `${index % 4}`, prompt: [index % 4], data: index % 4 }),
	env: {
		start: (item) => `hear ${item.data}`,
		turn: (state) => (String(state).startsWith("hear") ? { actor: "policy", legal: [0, 1, 2, 3] } : { actor: "done" }),
		step: (state, token) => {
			const right = state === `hear ${token}`;
			return { state: right ? "right" : "wrong", reward: right ? 1 : 0 };
		},
		key: String,
	},
	success: (_, __, reward) => reward > 0,
	demonstration: (item) => [item.data as number],
	optimalReturn: 1,
	randomReturn: 0.25,
	returnRange: 1,
	steps: () => [{ start: 0, end: 1 }],
	decisiveSteps: () => [0],
};

export function echoSpec(change: Record<string, unknown> = {}): ExperimentSpec {
	return parseSpec({
		schema: "ascribe.spec/1",
		task: { id: "echo" },
		method: { id: "grpo" },
		loss: { id: "ppo" },
		model: { layers: 1, width: 16, heads: 2 },
		rollout: { prompts: 8, groupSize: 8 },
		optimizer: { learningRate: 0.01 },
		steps: 40,
		evaluation: { every: 0, prompts: 16 },
		...change,
	});
}

/** REINFORCE (Williams 1992) with the mean of the group as baseline, averaged over tokens. */
const REINFORCE: Objective = {
	credit(batch) {
		const advantage = new Float64Array(batch.B * batch.T);
		for (let b = 0; b < batch.B; b++) {
			const group = [...batch.returns.keys()].filter((i) => batch.groupIds[i] === batch.groupIds[b]);
			const mean = group.reduce((sum, i) => sum + batch.returns[i]!, 0) / group.length;
			for (let t = 0; t < batch.T; t++)
				if (batch.actionMask[b * batch.T + t]) advantage[b * batch.T + t] = batch.returns[b]! - mean;
		}
		const cost = { extraTokens: 0, modelCalls: 0 };
		return { method: "reinforce", params: {}, advantage, terms: { outcome: advantage }, mask: batch.actionMask, cost };
	},
	loss({ logProbs, advantage }) {
		const n = logProbs.length;
		const loss = -logProbs.reduce((sum, lp, i) => sum + lp * advantage[i]!, 0) / n;
		return { loss, dlogProbs: advantage.map((a) => -a / n), dentropy: null, clipFraction: 0 };
	},
};

/** The float64 executor with the plainest objective. */
export const reinforceExecutor = (plan: TrainingPlan) => new CpuExecutor(plan, REINFORCE);
