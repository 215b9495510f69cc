import { describe, expect, test } from "vitest";
import { parseSpec, parseSpecText } from "./parseSpec";
import { PRESETS } from "./presets";

const good = PRESETS[0]!.spec;
const changed = (change: Record<string, unknown>) => () => parseSpec({ ...good, ...change });

describe("an experiment", () => {
	test.each(PRESETS.map((p) => [p.id, p.spec] as const))("%s survives JSON unchanged", (_, spec) => {
		expect(parseSpecText(JSON.stringify(spec), "spec.json")).toEqual(spec);
	});
	test("with little in it is completed with the defaults of the tables", () => {
		const spec = parseSpec({ schema: "ascribe.spec/1", task: { id: "t" }, method: { id: "m" }, loss: { id: "l" } });
		expect(spec.rollout).toEqual({ prompts: 8, groupSize: 8, temperature: 1, topK: 0, topP: 1 });
		expect(spec.warmStart).toBeNull();
		expect(spec.seed).toBe(1);
	});
	test.each([
		[{ schema: "ascribe.spec/9" }, /schema is "ascribe.spec\/9"; it must be "ascribe.spec\/1"/],
		[{ bogus: 1 }, /no field "bogus"; it has schema/],
		[{ steps: -1 }, /experiment steps is -1; it must be an integer from 1/],
		[{ seed: 1.5 }, /experiment seed is 1.5; it must be an integer/],
		[{ model: { ...good.model, heads: 3 } }, /width 64 is not divisible by heads 3/],
		[{ model: { ...good.model, depth: 3 } }, /model has no parameter "depth"/],
		[{ rollout: { ...good.rollout, prompts: -4 } }, /rollout prompts is -4; it must be an integer from 1/],
		[{ rollout: { ...good.rollout, temperature: 0 } }, /rollout temperature is 0; it must be a number from/],
		[{ rollout: 5 }, /rollout is 5; it must be an object/],
		[
			{ optimizer: { ...good.optimizer, learningRate: "fast" } },
			/optimizer learningRate is "fast"; it must be a number/,
		],
		[{ minibatches: 5 }, /32 prompts of a step cannot be split into 5 equal minibatches/],
		[{ warmStart: { success: 2 } }, /warmStart success is 2; it must be a number from 0 to 1/],
		[{ task: "keydoor" }, /task is "keydoor"; it must be an object/],
		[{ method: {} }, /method.id is missing; it must be a name/],
		[{ loss: { id: "x", param: {} } }, /loss has no field "param"; it has id and params/],
		[{ probes: ["a", 3] }, /probes is \["a",3\]; it must be an array of names/],
		[{ oracle: "yes" }, /oracle is "yes"; it must be "auto" or "off"/],
	])("with %j is refused in one sentence", (change, message) => {
		expect(changed(change)).toThrow(message);
	});
	test("that is no JSON is refused with the name of its file", () => {
		expect(() => parseSpecText('{"schema":', "mine.json")).toThrow(/^mine\.json is not JSON/);
		expect(() => parseSpecText("[]", "mine.json")).toThrow(/^mine\.json: The experiment is \[\]; it must be an object/);
	});
	test("names signal providers, and branches groups that are a power of the branches", () => {
		const base = { schema: "ascribe.spec/1", task: { id: "t" }, method: { id: "m" }, loss: { id: "l" } };
		const spec = parseSpec({
			...base,
			signals: { branchedValues: { children: 3 } },
			rollout: { groupSize: 8, branching: 2 },
		});
		expect(spec.signals).toEqual({ branchedValues: { children: 3 } });
		expect(spec.rollout).toMatchObject({ branching: 2, segment: 4 });
		expect(parseSpec(base).signals).toBeUndefined();
		expect(() => parseSpec({ ...base, signals: { branchedValues: 3 } })).toThrow("signals.branchedValues is 3");
		expect(() => parseSpec({ ...base, rollout: { groupSize: 6, branching: 2 } })).toThrow("choose a power of 2");
		expect(parseSpec({ ...base, rollout: { rounds: 10 } }).rollout.rounds).toBe(10);
		expect(parseSpec({ ...base, rollout: { rounds: 1 } }).rollout).not.toHaveProperty("rounds");
		expect(() => parseSpec({ ...base, rollout: { groupSize: 1, rounds: 2 } })).toThrow(
			"would fill no batch; raise rollout.groupSize or set rollout.rounds to 1",
		);
	});
});
