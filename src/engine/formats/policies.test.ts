import { describe, expect, it } from "vitest";
import { type Policies, readPolicies, writePolicies } from "./policies";
import { readSafetensors, writeSafetensors } from "./safetensors";

const header: Omit<Policies, "of"> = { preset: "p@1", steps: [1, 5], fingerprints: ["aa", "bb"], grid: 0.25 };
const bytes = writePolicies(header, [Float32Array.of(0.3, -1, 100), Float32Array.of(0.1, -1.3, 20)]);

describe("policies of a recording", () => {
	it("read back as the nearest multiples of the grid, at each step", () => {
		const policies = readPolicies(bytes, "test");
		expect(policies).toMatchObject(header);
		expect([...policies.of(0)]).toEqual([0.25, -1, 100]);
		expect([...policies.of(1)]).toEqual([0, -1.25, 20]);
		// In either order: no step needs the one before to be asked for.
		expect([...policies.of(0)]).toEqual([0.25, -1, 100]);
	});

	it("are two bytes a parameter: twice the difference to the step before, minus one for those below zero", () => {
		const { tensors } = readSafetensors(bytes, "test");
		// 1, −4, 400; then −1, −1, −320.
		expect([...tensors.get("low")!.bytes]).toEqual([2, 7, 800 % 256, 1, 1, 639 % 256]);
		expect([...tensors.get("high")!.bytes]).toEqual([0, 0, 3, 0, 0, 2]);
		expect(tensors.get("low")!.shape).toEqual([2, 3]);
	});

	it.each([Number.NaN, Number.POSITIVE_INFINITY, 8192, -8192.25])("cannot hold a parameter of %s", (value) => {
		expect(() => writePolicies(header, [Float32Array.of(0), Float32Array.of(value)])).toThrow(/Parameter 0 of step 5/);
	});

	const metadata = { schema: "ascribe.policies/1", policies: JSON.stringify(header) };
	const plane = (name: string, shape: readonly number[]) => ({ name, shape, bytes: new Uint8Array(shape[0]! * 3) });
	const whole = [plane("low", [2, 3]), plane("high", [2, 3])];
	it.each([
		[
			"another kind of file",
			whole,
			{ schema: "ascribe.recording/1" },
			/x holds no policies of a recording: its schema/,
		],
		["no header", whole, { schema: metadata.schema }, /x does not say of which preset/],
		["a damaged header", whole, { ...metadata, policies: "{" }, /x does not say of which preset/],
		["steps without fingerprints", whole, { ...metadata, policies: '{"preset":"p","steps":[1]}' }, /x does not say/],
		["half of it", whole.slice(1), metadata, /x does not hold two bytes a parameter for each of its 2 steps/],
		["a step too few", [plane("low", [1, 3]), plane("high", [1, 3])], metadata, /x does not hold two bytes/],
		["planes of different sizes", [whole[0]!, plane("high", [1, 3])], metadata, /x does not hold two bytes/],
	])("%s is refused in one sentence", (_, tensors, more, sentence) => {
		expect(() => readPolicies(writeSafetensors(tensors, more), "x")).toThrow(sentence);
	});

	it("a file that is cut off is refused in one sentence", () => {
		expect(() => readPolicies(bytes.subarray(0, bytes.length - 1), "x")).toThrow(/^x, tensor high: .*\.$/);
	});
});
