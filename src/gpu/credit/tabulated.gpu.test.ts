import { afterAll, beforeAll, expect, it } from "vitest";
import { Rng } from "../../engine/core/rng";
import { isGroupLocal, type Need } from "../../engine/credit/method";
import { METHODS } from "../../engine/credit/registry";
import { creditBy } from "../../engine/credit/run";
import { batchOf } from "../../engine/credit/testing";
import { annotate, resourcesOf } from "../../engine/signals/annotate";
import { planSignals, type SignalChoices } from "../../engine/signals/planner";
import { PROVIDERS } from "../../engine/signals/registry";
import { tabulateSignals, tabulationContext } from "../../engine/signals/tabulated";
import { taskSource } from "../../engine/signals/taskSource";
import { defaultsOf } from "../../engine/spec/params";
import { ACTOR, type Machine, NO_STATE, tabulate } from "../../engine/tasks/machine";
import { TASKS } from "../../engine/tasks/registry";
import { testDevice } from "../../testing/softwareDevice";
import { DispatchCompiler } from "../device/dispatch";
import { createCreditPlan } from "./creditPlan";
import { runPlan } from "./gpuCredit";
import { shapeOfTables } from "./tabulatedShape";
import { uploadBatch } from "./uploadBatch";

let device: GPUDevice;
let compiler: DispatchCompiler;
beforeAll(async () => {
	device = await testDevice();
	compiler = new DispatchCompiler(device);
});
afterAll(() => device.destroy());

/** A random walk through a machine from a start state: tokens, states before them, masks and rewards. */
function walk({ actor, next, weight, reward, vocabSize: V }: Machine, start: number, longest: number, rng: Rng) {
	const out = { tokens: [] as number[], states: [] as number[], mask: [] as number[], rewards: [] as number[] };
	for (let s = start; out.tokens.length < longest && actor[s] !== ACTOR.done; ) {
		const at = s * V;
		let left = rng.uniform() * weight.subarray(at, at + V).reduce((a, b) => a + b, 0);
		let token = V - 1;
		while (token > 0 && !(weight[at + token]! > 0)) token--;
		for (let v = 0; v < V; v++) {
			left -= weight[at + v]!;
			if (left < 0) {
				token = v;
				break;
			}
		}
		out.tokens.push(token);
		out.states.push(s);
		out.mask.push(actor[s] === ACTOR.policy ? 1 : 0);
		out.rewards.push(reward[at + token]!);
		s = next[at + token]!;
	}
	// Random walks hardly ever succeed: an outcome of their own tells them apart.
	const last = out.mask.lastIndexOf(1);
	if (last >= 0) out.rewards[last]! += rng.integer(3) / 2;
	return out;
}

/** Task, method and parameters whose signals are made on the device; signal providers that go first. */
const CASES: readonly (readonly [string, string, Readonly<Record<string, unknown>>, SignalChoices?])[] = [
	["keydoor", "gigpo", {}],
	["toolcalc", "gigpo", { scale: "sd1" }],
	["strategy", "hicra", {}],
	["modchain", "pure", { form: "min", outcomeCoef: 1 }],
	["modchain", "pure", { form: "softmin", baseline: "step" }],
	["addcarry", "pure", { form: "sum" }],
	["strategy", "grpoProcess", {}],
	["keychain", "pure", { form: "mean" }],
	["keydoor", "grpoProcess", {}],
	["star", "pure", { form: "sum" }, { declaredLabels: { reward: "signed" } }],
	["rank", "rankGrpo", {}],
	["rank", "brpo", {}],
	["lake", "pure", { form: "sum" }],
	["lake", "gigpo", { unit: "step" }],
	["modchain", "pure", { form: "min" }, { declaredLabels: { reward: "signed" } }],
	["anytime", "brpo", {}],
	["anytime", "pure", { form: "min" }, { declaredLabels: { reward: "signed" } }],
	["box", "pure", { form: "sum" }],
	["countdown", "pure", { form: "min" }, { declaredLabels: { reward: "signed" } }],
	["duet", "pure", { form: "sum" }, { declaredLabels: { reward: "signed" } }],
	["flow2d", "grpoProcess", {}, { declaredLabels: { reward: "signed" } }],
	["kbhop", "pure", { form: "sum" }],
	["toolcalc", "pure", { form: "min", outcomeCoef: 1 }],
	["toolcalc", "pure", { form: "min" }, { fixedCuts: { length: 2 }, stepRewards: {} }],
	["toolcalc", "pure", { form: "sum" }, { probabilityCuts: { threshold: 0.5 }, stepRewards: {} }],
	["keydoor", "maRlhf", { cut: "marks" }, { perplexityMacros: {} }],
	["keydoor", "maRlhf", { cut: "marks" }, { perplexityMacros: { at: "before" } }],
	["keydoor", "potentialShaping", {}],
];

const GIVEN = CASES.map(([task, id, params, choices = {}]) => [task, id, params, choices] as const);
it.each(GIVEN)("%s, %s %j %j: made on the device as on the processor", async (taskId, id, params, choices) => {
	const definition = TASKS.find((entry) => entry.id === taskId)!;
	const task = definition.build(defaultsOf(definition.params));
	const items = [0, 1].map((i) => task.item("train", i));
	const machine = tabulate(task.env, items, task.vocab.tokens.length)!;
	const rng = Rng.of(11);
	// The last one is cut off in the middle.
	const longest = (b: number) => (b < 11 ? task.maxResponseLength : Math.ceil(task.maxResponseLength / 2));
	const rows = Array.from({ length: 12 }, (_, b) => walk(machine, machine.start[b % 2]!, longest(b), rng));
	const prompts = rows.map((_, b) => items[b % 2]!.prompt);
	const promptOffsets = Int32Array.from([0, ...prompts.map((_, b) => prompts.slice(0, b + 1).flat().length)]);
	const guess = () => Math.fround(Math.log(rng.uniform()));
	const plain = batchOf(
		rows.map((row, b) => ({ ...row, group: b % 2, logProbs: row.tokens.map(guess), values: row.tokens.map(guess) })),
		{ promptTokens: Int32Array.from(prompts.flat()), promptOffsets },
		task.maxResponseLength,
	);
	const states = new Uint32Array(plain.B * plain.T);
	for (const [b, row] of rows.entries()) states.set(row.states, b * plain.T);

	const method = METHODS.find((entry) => entry.id === id)!;
	const own = new Set<string>(["logProbs", "values"]);
	const carries = (need: Need) => "field" in need && own.has(need.field);
	const available = { carries, resources: resourcesOf({ task: taskSource(task, items) }) };
	const planned = planSignals(method, params, available, PROVIDERS, choices);
	const { batch } = annotate(planned, plain, { task: taskSource(task, items) });
	const want = creditBy(method, params, batch).advantage;

	const context = tabulationContext(task, machine, items);
	const tables = tabulateSignals(planned, context)!;
	const { B, T, groupIds } = plain;
	const shape = { B, T, groupSize: groupIds, ...shapeOfTables(tables) };
	const judge = rows.map((_, b) => context.judge()?.start[b % 2] ?? NO_STATE);
	const buffers = uploadBatch(device, plain, { states, judge });
	const plan = await createCreditPlan(compiler, shape, method, params, buffers, { lanes: 32 });
	const { advantage } = await runPlan(device, plan, plain);
	expect(plan.dispatches).toBeLessThanOrEqual(isGroupLocal(method, params) ? 1 : 4);
	expect(want.some((a) => a !== 0 && !Number.isNaN(a))).toBe(true);
	const largest = want.reduce((most, a) => (Number.isNaN(a) ? most : Math.max(most, Math.abs(a))), 0);
	advantage.forEach((a, i) => {
		if (Number.isNaN(want[i]!)) expect(a).toBeNaN();
		else expect(Math.abs(a - want[i]!)).toBeLessThanOrEqual(1e-5 * largest);
	});
});
