import { beforeAll, describe, expect, it } from "vitest";
import {
	type ExactWorld,
	exactWorld,
	measuredRelation,
	sampleBatch,
	type Visits,
	visitsOf,
} from "../../testing/exactRelation";
import { expectGradient } from "../../testing/expectGradient";
import { unevenPolicy, unevenTask } from "../../testing/unevenTask";
import { Rng } from "../core/rng";
import { findEntry } from "../spec/resolveSpec";
import type { Gradient } from "./method";
import { METHODS } from "./registry";
import { creditBy } from "./run";

/**
 * What KEYDOOR hides: there a policy is nearly even and returns are alike in size, so that values of nodes and scales hardly turn the
 * gradient. Here one token in ten pays ten, and the means over children and over leaves differ in sign.
 */
const STATED: readonly (readonly [id: string, params: object, eight: Gradient, thirtyTwo: Gradient])[] = [
	["drGrpo", {}, "groupMean", "groupMean"],
	["grpo", {}, 0.81, 0.975],
	["tempo", { scale: "none" }, "scaled", "scaled"],
	["tempo", {}, 0.775, 0.972],
	["treePs", { unit: "token", form: "global" }, "groupMean", "groupMean"],
	["treePs", { unit: "token" }, "scaled", "scaled"],
	["treePs", { unit: "token", value: "children" }, 0.892, 0.111],
	["spoTree", { segment: 1 }, 0.892, 0.111],
	["spoTree", { segment: 1, scale: "sd0" }, 0.71, -0.112],
	["spoTree", {}, 0.985, "scaled"],
];
const BATCH = 256;

describe.each([8, 32])("where a rare token pays most, in groups of %i", (group) => {
	let world: ExactWorld;
	let visited: Visits[];
	const relationOf = (id: string, params: object) => {
		const method = findEntry(METHODS, id, "method");
		return measuredRelation(world, visited, (batch) => creditBy(method, { ...params }, batch).advantage);
	};
	beforeAll(async () => {
		world = await exactWorld(unevenTask, unevenTask.item("train", 0), unevenPolicy);
		visited = Array.from({ length: 100 }, (_, k) =>
			visitsOf(world, sampleBatch(world, BATCH / group, group, Rng.of(1).fork(k))),
		);
	});

	it("left is the better choice, and there is much to gain on the right", () => {
		expect(world.gradient.get(" > 0")).toBeCloseTo(0.2, 12);
		expect(world.gradient.get("1 > 3")).toBeCloseTo(0.45, 12);
	});
	it.each(STATED)("%s %j", (id, params, eight, thirtyTwo) => {
		expectGradient(group === 8 ? eight : thirtyTwo, relationOf(id, params), { group, batch: BATCH });
	});
});
