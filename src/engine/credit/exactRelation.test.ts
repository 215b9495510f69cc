import { beforeAll, describe, expect, it } from "vitest";
import { pcg4d, Rng, unitInterval } from "../core/rng";
import type { RolloutBatch, Signal } from "../rollouts/batch";
import { annotateFor } from "../signals/annotate";
import type { Sources } from "../signals/sources";
import { taskSource } from "../signals/taskSource";
import { resolveParams } from "../spec/params";
import { findEntry } from "../spec/resolveSpec";
import { modchain } from "../tasks/modchain";
import { type ExactWorld, exactWorld, measuredRelation, sampleBatch } from "./exactRelation";
import { METHODS } from "./registry";
import { creditBy } from "./run";

/** Rollouts of a group. */
const G = 8;

/**
 * What the docstrings say of the expected policy gradient beside the exact one, for the parameters named. A number: that multiple of
 * it. "scaled": some positive multiple. "biased": no multiple. Values that methods read are exact.
 */
const STATED: readonly (readonly [
	id: string,
	params: Record<string, unknown>,
	relation: number | "scaled" | "biased",
])[] = [
	["reinforce", { center: "none" }, 1],
	["reinforce", { center: "loo" }, 1],
	["reinforce", { center: "value" }, 1],
	["rloo", {}, 1],
	["remax", {}, 1],
	["gae", { lambda: 0.9 }, 1],
	["gae", { lambda: 0 }, 1],
	["tdLambda", {}, 1],
	["vTrace", { discount: 1 }, 1],
	["vinePpo", {}, 1],
	["spoChain", { mask: "none" }, 1],
	["drGrpo", {}, (G - 1) / G],
	["opo", {}, (G - 1) / G],
	["hicra", { alpha: 0 }, (G - 1) / G],
	["potentialShaping", {}, (G - 1) / G],
	["grpo", {}, "scaled"],
	["dapo", {}, "scaled"],
	["reinforcePlusPlus", {}, "scaled"],
	["reinforcePlusPlusBaseline", {}, "scaled"],
	["ircr", {}, "scaled"],
	["hicra", { alpha: 2 }, "biased"],
	["attentionCredit", { amplify: 3 }, "biased"],
	["maRlhf", {}, "biased"],
	["treePs", {}, "biased"],
	["hca", {}, "biased"],
	["cocoa", {}, "biased"],
	["pure", {}, "biased"],
	["brpo", {}, "biased"],
	["rankGrpo", {}, "biased"],
];

/** A number in (0, 1) that hangs on the tokens up to each one only: stands in for what a model would have said. */
function marks({ B, T, tokens }: RolloutBatch, of: (u: number) => number): Signal {
	const data = new Float64Array(B * T);
	for (let b = 0; b < B; b++)
		for (let t = 0, seen = 7; t < T; t++) {
			seen = pcg4d(seen, tokens[b * T + t]!, t, 3)[0];
			data[b * T + t] = of(unitInterval(seen));
		}
	return { level: "token", data, provider: "test", unit: "" };
}

describe("the expected policy gradient beside the exact one", () => {
	let world: ExactWorld;
	let batches: RolloutBatch[];
	let sources: Sources;

	beforeAll(async () => {
		world = await exactWorld(modchain.build(resolveParams(modchain.params, { n: 3, M: 3 }, "")), 1);
		sources = { task: taskSource(world.task, [world.item]) };
		batches = Array.from({ length: 100 }, (_, k) => {
			const batch = sampleBatch(world, 8, G, Rng.of(1).fork(k));
			const greedy: Signal = { level: "rollout", data: new Float64Array(batch.B).fill(1), provider: "test", unit: "" };
			const signals = {
				greedyReturn: greedy,
				currentLogProbs: { ...greedy, level: "token", data: batch.logProbs! } as const,
				planning: marks(batch, (u) => (u < 0.5 ? 1 : 0)),
				waad: marks(batch, (u) => u),
				fai: marks(batch, (u) => 1 - u),
			};
			return { ...batch, signals };
		});
	});

	it.each(STATED)("%s %o: %s", (id, params, stated) => {
		const method = findEntry(METHODS, id, "method");
		const { factor, factorError, rest, noise } = measuredRelation(
			world,
			batches,
			(batch) => creditBy(method, params, annotateFor(method, params, batch, sources).batch).advantage,
		);
		if (stated === "biased") return expect(rest).toBeGreaterThanOrEqual(2 * noise);
		// The squared rest is a sum over 26 free numbers; a root of 1.5 times its mean is five standard deviations away.
		expect(rest).toBeLessThanOrEqual(1.5 * noise);
		if (stated === "scaled") return expect(factor).toBeGreaterThan(0);
		// Four standard errors, which are at most 0.03 here.
		expect(Math.abs(factor - stated)).toBeLessThanOrEqual(4 * factorError);
		expect(factorError).toBeLessThanOrEqual(0.03);
	});
});
