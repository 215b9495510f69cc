import { describe, expect, it } from "vitest";
import { readSafetensors, tensorValues, writeSafetensors } from "./safetensors";

/** A file from its parts, by the format's description, independent of our writer. */
function file(header: unknown, data: Uint8Array, declaredLength?: number): Uint8Array {
	const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
	const prefix = new DataView(new ArrayBuffer(8));
	prefix.setBigUint64(0, BigInt(declaredLength ?? json.length), true);
	return Uint8Array.from([...new Uint8Array(prefix.buffer), ...json, ...data]);
}
const eight = Uint8Array.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]); // 1, −2 as float32
const entry = (over: Record<string, unknown> = {}) => ({
	a: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...over },
});

describe("reading", () => {
	it("finds names, shapes, metadata and numbers", () => {
		const read = readSafetensors(file({ __metadata__: { n_head: "2" }, ...entry({ shape: [1, 2] }) }, eight), "m");
		expect(read.metadata).toEqual({ n_head: "2" });
		expect(read.tensors.get("a")!.shape).toEqual([1, 2]);
		expect([...tensorValues(read.tensors.get("a")!, "m")]).toEqual([1, -2]);
	});

	it.each([
		["F16", [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b], [1, -2, 2 ** -24, 65504]],
		["BF16", [0x80, 0x3f, 0x00, 0xc0, 0x49, 0x40, 0x00, 0x80], [1, -2, 3.140625, -0]],
		["F64", [0x18, 0x2d, 0x44, 0x54, 0xfb, 0x21, 0x09, 0x40], [Math.PI]],
	])("decodes %s exactly", (dtype, bytes, numbers) => {
		const header = { a: { dtype, shape: [numbers.length], data_offsets: [0, 8] } };
		const read = readSafetensors(file(header, Uint8Array.from(bytes)), "m");
		expect([...tensorValues(read.tensors.get("a")!, "m")]).toEqual(numbers);
	});

	it.each([
		[
			"three bytes",
			Uint8Array.of(1, 2, 3),
			/^m is no safetensors file: it has 3 bytes, fewer than its 8-byte prefix\.$/,
		],
		["a header length beyond the file", file(entry(), eight, 5000), /m is cut off: its header should have 5000 bytes/],
		[
			"an absurd header length",
			file(entry(), eight, 2 ** 50),
			/its first 8 bytes say that the header has 1125899906842624/,
		],
		["no JSON", file("{nope", eight), /m has a safetensors header that is not JSON in UTF-8/],
		["an array as header", file([], eight), /not a JSON object/],
		["metadata that is no text", file({ __metadata__: { n_head: 2 }, ...entry() }, eight), /__metadata__/],
		["an entry that is no object", file({ a: 3 }, eight), /m, tensor a: its header entry is not an object/],
		["an unknown dtype", file(entry({ dtype: "F31" }), eight), /tensor a: unknown dtype "F31"/],
		["a dtype from the prototype", file(entry({ dtype: "toString" }), eight), /unknown dtype "toString"/],
		["a negative size", file(entry({ shape: [-2] }), eight), /shape \[-2\] is not an array of sizes/],
		["offsets that are text", file(entry({ data_offsets: ["0", 8] }), eight), /data_offsets \["0",8\] are not two/],
		["truncated data", file(entry(), eight.subarray(0, 6)), /end at byte 8, but the file holds 6 bytes/],
		[
			"a shape that lies",
			file(entry({ shape: [3] }), eight),
			/F32 of shape \[3\] takes 12 bytes, but data_offsets span 8/,
		],
		[
			"bytes that no tensor owns",
			file(entry({ shape: [1], data_offsets: [0, 4] }), eight),
			/8 bytes of data, but .* take 4/,
		],
		["a gap", file(entry({ shape: [1], data_offsets: [4, 8] }), eight), /start at byte 4, after a gap; .* start at 0/],
		[
			"an overlap",
			file({ ...entry(), b: { dtype: "F32", shape: [1], data_offsets: [4, 8] } }, eight),
			/tensor b: data_offsets start at byte 4, inside the tensor before it/,
		],
	])("refuses %s in one sentence", (_, bytes, message) => {
		expect(() => readSafetensors(bytes, "m")).toThrow(message);
	});

	it("refuses NaN and infinities with the tensor's name, and integers as weights", () => {
		const bad = (header: object, bytes: number[]) => () => {
			const read = readSafetensors(file(header, Uint8Array.from(bytes)), "m");
			tensorValues(read.tensors.get("a")!, "m");
		};
		expect(bad(entry(), [0, 0, 0, 0, 0, 0, 0xc0, 0x7f])).toThrow(/m, tensor a: entry 1 is NaN, not a finite number/);
		expect(bad(entry({ dtype: "F16", shape: [1], data_offsets: [0, 2] }), [0, 0xfc])).toThrow(/entry 0 is -Infinity/);
		expect(bad(entry({ dtype: "I32" }), [...eight])).toThrow(/dtype I32 must be F32, F64, F16 or BF16/);
	});

	it("keeps a tensor named like a property of objects apart", () => {
		const read = readSafetensors(file(`{"__proto__":${JSON.stringify(entry().a)}}`, eight), "m");
		expect([...read.tensors.keys()]).toEqual(["__proto__"]);
	});
});

describe("writing", () => {
	it("is read back, odd sizes, empty and scalar tensors, with the data aligned to 8 bytes", () => {
		const tensors = [
			{ name: "größe", shape: [3], values: [0.5, -0, 3e38] },
			{ name: "empty", shape: [0, 4], values: [] },
			{ name: "scalar", shape: [], values: [7] },
		];
		const bytes = writeSafetensors(tensors, { n_head: "1" });
		const headerLength = new DataView(bytes.buffer).getUint32(0, true);
		expect(headerLength % 8).toBe(0);
		const read = readSafetensors(bytes, "m");
		for (const { name, shape, values } of tensors) {
			expect(read.tensors.get(name)!.shape).toEqual(shape);
			expect([...tensorValues(read.tensors.get(name)!, "m")]).toEqual(values.map(Math.fround));
		}
	});
});
