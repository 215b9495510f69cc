import { describe, expect, it } from "vitest";
import type { MissingSignal } from "../core/errors";
import type { AnyMethod, Need } from "../credit/method";
import { needKey } from "../credit/needs";
import { METHODS } from "../credit/registry";
import { findEntry } from "../spec/resolveSpec";
import { type Available, planSignals } from "./planner";
import type { Resource } from "./provider";
import { PROVIDERS } from "./registry";

const method = (id: string) => findEntry(METHODS, id, "method");
const world = (fields: readonly string[], resources: readonly Resource[]): Available => ({
	carries: (need) => fields.includes(needKey(need)),
	resources: new Set(resources),
});
const file = world(["logProbs", "success"], []);
const training = world(["logProbs", "entropy", "success"], ["task", "labels", "policy", "continuations"]);
const ids = (plan: ReturnType<typeof planSignals>) => plan.map(({ provider }) => provider.id);
const asking = (...needs: Need[]): AnyMethod => ({ ...method("grpo"), id: "test", needs: () => needs });

describe("the planner", () => {
	it("asks nobody where nothing is missing", () => {
		expect(planSignals(method("grpo"), {}, file, PROVIDERS)).toEqual([]);
	});

	it("puts a provider after those it reads itself", () => {
		expect(ids(planSignals(method("vinePpo"), {}, training, PROVIDERS))).toEqual(["declaredSteps", "branchedValues"]);
		expect(ids(planSignals(method("gigpo"), {}, file, PROVIDERS))).toEqual(["turnSpans", "observedKeys"]);
		expect(ids(planSignals(method("pure"), {}, training, PROVIDERS))).toEqual(["declaredSteps", "declaredLabels"]);
	});

	it("takes what a task declares before what is guessed, and guesses from a file", () => {
		expect(ids(planSignals(method("hicra"), {}, training, PROVIDERS))).toEqual(["declaredPlanning"]);
		expect(ids(planSignals(method("hicra"), {}, file, PROVIDERS))).toEqual(["strategicGrams"]);
	});

	it("lets a provider that is named go first, before what the rollouts carry too", () => {
		const carried = world(["logProbs", "values"], ["policy", "continuations"]);
		expect(planSignals(method("spoChain"), {}, carried, PROVIDERS)).toEqual([]);
		const [step] = planSignals(method("spoChain"), {}, carried, PROVIDERS, { branchedValues: { children: 3 } });
		expect([step!.provider.id, step!.params.children]).toEqual(["branchedValues", 3]);
		expect(ids(planSignals(method("hicra"), {}, training, PROVIDERS, { strategicGrams: {} }))).toEqual([
			"strategicGrams",
		]);
	});

	it("says in one sentence what is missing and which setting would supply it", () => {
		const lack = (id: string, there = file) => {
			try {
				planSignals(method(id), {}, there, PROVIDERS);
				return "";
			} catch (error) {
				return (error as Error).message;
			}
		};
		expect(lack("gae")).toBe(
			'Method gae needs values of the prefixes (values): "criticValues" needs a value head (set model.valueHead); ' +
				'"branchedValues" needs continuations of the rollouts, which are sampled while a run trains.',
		);
		expect(lack("hbpo", training)).toContain('"declaredBudget" needs a task whose prompts name a budget');
		expect(() => planSignals(method("reinforce"), { center: "running" }, training, PROVIDERS)).toThrow(
			'"runningReturns" needs the batches that were trained on before, which are at hand while a run trains.',
		);
		const scent = { signal: "scent", level: "token", meaning: "" } as const;
		expect(() => planSignals(asking(scent), {}, training, PROVIDERS)).toThrow(
			"nothing here computes it, so the rollouts must carry it under signals.",
		);
		expect(lack("gae", training)).toBe("");
		expect(lack("remax", world([], ["policy"]))).toContain(
			'"greedyReturns" needs continuations of the rollouts, which are sampled while a run trains.',
		);
		expect(lack("attentionCredit")).toContain('"attentionFlow" needs the policy');
	});

	it("says in plain words what is missing and what would provide it", () => {
		const plain = (id: string, there = file) => {
			try {
				planSignals(method(id), {}, there, PROVIDERS);
				return "";
			} catch (error) {
				return (error as MissingSignal).plain;
			}
		};
		expect(plain("gae")).toBe(
			"Missing: values of the prefixes, which a policy with a value head (model.valueHead), fresh rollouts of the policy (sampled in " +
				"training) or rollouts with the field “values” would provide.",
		);
		expect(plain("hbpo", training)).toBe(
			"Missing: announced number of tokens, which a task whose prompts name a budget (anytime with pay=budget) would provide.",
		);
		// Where the task is known, its rollouts carry what it gives: no other ones are asked for.
		expect(plain("remax", world([], ["task", "policy"]))).toBe(
			"Missing: return of the greedy rollout of the same prompt, which fresh rollouts of the policy (sampled in training) would provide.",
		);
		expect(plain("hbpo", world([], []))).toBe(
			"Missing: success flags, which rollouts with the field “success” would provide.",
		);
		expect(plain("hicra", world([], []))).toMatch(
			/^Missing: marks \(1 for planning tokens\), which the task of the rollouts/,
		);
	});

	it("refuses providers and parameters that do not exist", () => {
		expect(() => planSignals(method("gae"), {}, training, PROVIDERS, { oracle: {} })).toThrow(
			'no signal provider "oracle"',
		);
		expect(() => planSignals(method("gae"), {}, training, PROVIDERS, { branchedValues: { children: 0 } })).toThrow(
			"signal provider branchedValues children is 0",
		);
	});

	it("does not take a provider that would wait for itself", () => {
		const need = { signal: "egg", level: "token", meaning: "" } as const;
		const hen = { ...PROVIDERS[0]!, id: "hen", provides: [need], reads: [], params: {}, needs: () => [need] };
		expect(() => planSignals(asking(need), {}, file, [hen])).toThrow("egg");
	});
});

describe.each(METHODS.map((m) => [m.id, m] as const))("%s", (_, entry) => {
	it("has what it reads while it trains, on a task that knows it", () => {
		const sources = world(
			["logProbs", "entropy", "success", "refLogProbs", "values"],
			["task", "labels", "budgets", "policy", "continuations", "critic", "reference"],
		);
		expect(() => planSignals(entry, {}, sources, PROVIDERS)).not.toThrow();
	});
});
