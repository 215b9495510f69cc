import { beforeAll, describe, expect, it } from "vitest";
import {
	type ExactWorld,
	exactWorld,
	measuredRelation,
	quirkyPolicy,
	sampleBatch,
	type Visits,
	visitsOf,
} from "../../testing/exactRelation";
import { expectGradient } from "../../testing/expectGradient";
import { pcg4d, Rng, unitInterval } from "../core/rng";
import type { RolloutBatch, Signal } from "../rollouts/batch";
import { annotateFor } from "../signals/annotate";
import type { Sources } from "../signals/sources";
import { taskSource } from "../signals/taskSource";
import { resolveParams } from "../spec/params";
import { keydoor } from "../tasks/keydoor";
import { creditorOf } from "./choice";
import { METHODS } from "./registry";
import { REWARD_WRITERS } from "./rewards/registry";
import { READER } from "./rewards/writer";
import { creditBy, creditOf } from "./run";

const GROUPS = 32;
const GROUP_SIZE = 8;
const BATCHES = 100;

const STATED = METHODS.flatMap((method) =>
	method.gradients.map((row) => ({
		title: `${method.id} ${JSON.stringify({ ...row.params, ...row.signals })}`,
		method,
		row,
	})),
);

const WRITTEN = REWARD_WRITERS.flatMap((writer) =>
	writer.gradients.map((row) => ({ title: `${writer.id} ${JSON.stringify({ ...row.params })}`, writer, row })),
);

describe("the methods", () => {
	it.each(METHODS)("$id states its mean gradient for its defaults, and for no parameters twice", ({ gradients }) => {
		expect(gradients[0]).not.toHaveProperty("params");
		const settings = gradients.map(({ params, signals }) => JSON.stringify([params, signals]));
		expect(new Set(settings).size).toBe(settings.length);
	});
});

describe.each(["door", "apples"] as const)(
	"the mean policy gradient beside the exact one, KEYDOOR with %s",
	(rewards) => {
		let world: ExactWorld;
		let visited: Visits[];
		let sources: Sources;
		let other: ExactWorld;

		beforeAll(async () => {
			const task = keydoor.build(resolveParams(keydoor.params, { distractors: 1, colours: 2, rewards }, ""));
			const items = Array.from({ length: task.promptCount }, (_, index) => task.item("train", index));
			const policy = quirkyPolicy(1, task.vocab.tokens.length);
			world = await exactWorld(task, items.find(({ id }) => id === "red")!, policy);
			other = await exactWorld(task, world.item, quirkyPolicy(2, task.vocab.tokens.length));
			sources = { task: taskSource(world.task, [world.item]) };
			visited = Array.from({ length: BATCHES }, (_, k) =>
				visitsOf(world, withMarks(sampleBatch(world, GROUPS, GROUP_SIZE, Rng.of(1).fork(k)))),
			);
		});

		if (rewards === "door")
			it("HBPO's second term alone is the gradient of the reward, 4 for a success, over the four mates of a budget", () => {
				const intra = (batch: RolloutBatch) => creditOf("hbpo", {}, batch).terms.intra!;
				const { factor, factorError, rest, noise } = measuredRelation(world, visited, intra);
				expect(rest).toBeLessThanOrEqual(2.5 * noise);
				expect(Math.abs(factor - 4 / 4)).toBeLessThanOrEqual(4 * factorError);
				expect(factorError).toBeLessThanOrEqual(0.08);
			});

		it.each(STATED)("$title", ({ method, row }) => {
			const params = row.params ?? {};
			const relation = measuredRelation(
				world,
				visited,
				(batch) => creditBy(method, params, annotateFor(method, params, batch, sources, row.signals).batch).advantage,
			);
			expectGradient(row[rewards], relation, { group: GROUP_SIZE, batch: GROUPS * GROUP_SIZE });
		});

		it.each(WRITTEN)("REINFORCE behind $title", ({ writer: { id }, row }) => {
			const behind = creditorOf({ id: READER.id, rewards: [{ id, params: row.params ?? {} }] });
			const relation = measuredRelation(world, visited, (batch) => {
				const known = { ...batch, refLogProbs: logProbsIn(other, batch) };
				return creditBy(behind, READER.params, annotateFor(behind, READER.params, known, sources).batch).advantage;
			});
			expectGradient(row[rewards], relation, { group: GROUP_SIZE, batch: GROUPS * GROUP_SIZE });
		});
	},
);

/** What another policy would have given to the tokens of a batch. */
function logProbsIn({ places }: ExactWorld, { B, T, tokens, actionMask, lengths }: RolloutBatch): Float64Array {
	const out = new Float64Array(B * T);
	for (let b = 0; b < B; b++) {
		const row = tokens.subarray(b * T, b * T + lengths[b]!);
		for (const [t, token] of row.entries()) {
			const place = places.get(row.subarray(0, t).join(" "))!;
			if (actionMask[b * T + t]) out[b * T + t] = Math.log(place.probabilities[place.tokens.indexOf(token)]!);
		}
	}
	return out;
}

/** What else methods read: exact where it is knowledge of the future, and arbitrary marks for what a model would have said of a text. */
function withMarks(batch: RolloutBatch): RolloutBatch {
	const token = (data: Float64Array): Signal => ({ level: "token", data, provider: "test", unit: "" });
	const rollout = (of: (b: number) => number): Signal => ({
		...token(Float64Array.from({ length: batch.B }, (_, b) => of(b))),
		level: "rollout",
	});
	const signals = {
		greedyReturn: rollout(() => 1),
		runningReturn: rollout(() => 0.4),
		budget: rollout((b) => (b % 2 ? 2 : 4)),
		currentLogProbs: token(batch.logProbs!),
		potential: token(batch.values!),
		returnPrediction: token(forecast(batch)),
		planning: token(marks(batch, (u) => (u < 0.5 ? 1 : 0))),
		waad: token(marks(batch, (u) => u)),
		fai: token(marks(batch, (u) => 1 - u)),
	};
	return { ...batch, signals };
}

/** A number in (0, 1) that hangs on the tokens up to each one only. */
function marks({ B, T, tokens }: RolloutBatch, of: (u: number) => number): Float64Array {
	const data = new Float64Array(B * T);
	for (let b = 0; b < B; b++)
		for (let t = 0, seen = 7; t < T; t++) {
			seen = pcg4d(seen, tokens[b * T + t]!, t, 3)[0];
			data[b * T + t] = of(unitInterval(seen));
		}
	return data;
}

/** Expected return after each token: what was paid, and the value of what is left. */
function forecast({ B, T, lengths, rewards, values }: RolloutBatch): Float64Array {
	const data = new Float64Array(B * T);
	for (let b = 0; b < B; b++)
		for (let t = 0, paid = 0; t < lengths[b]!; t++) {
			paid += rewards[b * T + t]!;
			data[b * T + t] = paid + (t + 1 < lengths[b]! ? values![b * T + t + 1]! : 0);
		}
	return data;
}
