import fc from "fast-check";
import { deflateSync, strToU8 } from "fflate";
import { describe, expect, test } from "vitest";
import { decodeLink, encodeLink, type LinkState } from "./link";
import { shownName } from "./linkFile";

const name = fc.stringMatching(/^[a-z][a-zA-Z.]{0,20}$/);
const value = fc.oneof(
	fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x)),
	fc.boolean(),
	fc.string({ maxLength: 60 }),
	fc.constant(null),
	fc.array(fc.string({ maxLength: 12 }), { maxLength: 5 }),
);
const record = fc.dictionary(name, value, { maxKeys: 12 }).map((r) => ({ ...r }));
const curve = fc.array(fc.nat(63), { minLength: 1, maxLength: 32 }).chain((levels) =>
	fc.record({
		lastStep: fc.integer({ min: levels.length, max: 9_999_999 }),
		success: fc.constant(levels.map((level) => level / 63)),
	}),
);
const parts = {
	preset: fc.stringMatching(/^[a-z][a-zA-Z0-9-]{0,12}@[1-9]\d{0,2}$/),
	changes: record,
	view: record,
	build: fc.stringMatching(/^[0-9a-f]{0,7}$/),
	fingerprints: fc.array(fc.stringMatching(/^(gpu|wasm|cpu):[0-9a-f]{8}@\d{1,5}$/), { maxLength: 3 }),
	note: fc.string({ maxLength: 500 }),
};
const madeOn = fc.record({
	plan: fc.stringMatching(/^[0-9a-f]{8}$/),
	adapter: fc.stringMatching(/^([!-~][ -~]{0,59})?$/),
});
const file = fc.record({
	hash: fc.stringMatching(/^[0-9a-f]{8,64}$/),
	name: fc.string({ unit: "binary", maxLength: 120 }).map(shownName),
});
const state: fc.Arbitrary<LinkState> = fc.oneof(
	fc.record(parts),
	fc.record({ ...parts, curve }),
	fc.record({ ...parts, madeOn }),
	fc.record({ ...parts, file }),
);
const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
const plain = (payload: unknown) => `1j${b64(strToU8(JSON.stringify(payload)))}`;

describe("a link", () => {
	test("decodes to what was encoded, in both codecs", () => {
		fc.assert(
			fc.property(state, fc.constantFrom("z" as const, "j" as const), (given, codec) => {
				expect(decodeLink(`#${encodeLink(given, codec)}`)).toEqual({ ok: true, state: given, notices: [] });
			}),
			{ numRuns: 2000, seed: 7 },
		);
	});

	test("is read by an independent decoder: base64url, deflate-raw, JSON", async () => {
		const { inflateRawSync } = await import("node:zlib");
		const given = { preset: "keydoor@1", changes: { seed: 7 }, view: {}, build: "", fingerprints: [], note: "grüße" };
		const text = encodeLink(given);
		const json = inflateRawSync(Buffer.from(text.slice(2), "base64url")).toString("utf8");
		expect(JSON.parse(json)).toEqual({ p: "keydoor@1", c: { seed: 7 }, n: "grüße" });
	});

	test("of a typical difference stays far below what messengers carry", () => {
		const typical = encodeLink({
			preset: "keydoor@1",
			changes: { seed: 7, method: "tempo", "method.lambda": 0.95, "rollout.groupSize": 16, steps: 300 },
			view: { layout: "inspect", step: 120, group: 4, rollout: 2, token: 17, rows: ["exact", "grpo", "tempo"] },
			build: "2f9c1ab",
			fingerprints: ["gpu:9e41aa07@0", "gpu:77b03c5e@60", "gpu:1c2d90f4@120"],
			curve: { lastStep: 300, success: Array.from({ length: 32 }, (_, i) => Math.min(1, (i * 37 + (i % 5)) / 900)) },
			note: "",
		});
		expect(typical.length).toBeLessThanOrEqual(400);
	});

	test("never throws on random or mutated text", () => {
		const good = encodeLink({
			preset: "keydoor@1",
			changes: { seed: 7, method: "grpo" },
			view: {},
			build: "",
			fingerprints: [],
			note: "n",
		});
		fc.assert(
			fc.property(
				fc.string({ maxLength: 200 }),
				fc.nat(good.length),
				fc.string({ maxLength: 3 }),
				(noise, at, insert) => {
					for (const text of [
						noise,
						`1z${noise}`,
						`1j${noise}`,
						good.slice(0, at) + insert + good.slice(at + 1),
						good.slice(0, at),
					])
						expect(typeof decodeLink(text).ok).toBe("boolean");
				},
			),
			{ numRuns: 3000, seed: 11 },
		);
	});

	test("that unpacks to more than 256 KiB is refused without unpacking it", () => {
		const bomb = deflateSync(new Uint8Array(40 * 1024 * 1024), { level: 9 });
		expect(bomb.length).toBeLessThanOrEqual(48 * 1024);
		expect(decodeLink(`1z${b64(bomb)}`)).toMatchObject({ ok: false, reason: "broken" });
	});

	test("nested too deep is refused before parsing", () => {
		const deep = `${"[".repeat(100_000 / 4)}${"]".repeat(100_000 / 4)}`;
		expect(decodeLink(`1z${b64(deflateSync(strToU8(`{"p":"keydoor@1","c":${deep}}`)))}`)).toMatchObject({
			ok: false,
			reason: "broken",
		});
	});

	test.each([
		["", "empty"],
		["#", "empty"],
		["undefined", "broken"],
		["2zAAAA", "newer"],
		["0zAAAA", "broken"],
		["1qAAAA", "broken"],
		["1j", "broken"],
		[plain([]), "broken"],
		[plain({ p: "../../etc@1" }), "broken"],
		[`1z${"A".repeat(70_000)}`, "too-long"],
	])("%j is answered with a card that says %s", (text, reason) => {
		const decoded = decodeLink(text);
		expect(decoded).toMatchObject({ ok: false, reason });
		expect(decoded.ok ? "" : decoded.message).toMatch(/\.$/);
	});

	test("of a newer version is read where that is asked for, without what is unknown here", () => {
		const text = `7j${b64(strToU8('{"p":"keydoor@1","c":{"seed":7},"q":[1],"n":"look"}'))}`;
		expect(decodeLink(text)).toMatchObject({ ok: false, reason: "newer" });
		const decoded = decodeLink(text, { newer: true });
		expect(decoded).toMatchObject({ ok: true, state: { preset: "keydoor@1", changes: { seed: 7 }, note: "look" } });
		expect(decoded.ok && decoded.notices).toEqual(['"q" is not known here and was left out.']);
		expect(decodeLink("7qAAAA", { newer: true })).toMatchObject({ ok: false, reason: "broken" });
	});

	test("leaves out and lists what it cannot use, prototype keys among them", () => {
		const text = `1j${b64(strToU8('{"p":"keydoor@1","c":{"seed":7,"__proto__":1,"constructor":2,"deep":{"a":1}},"z":1,"f":["evil"],"s":"120:<b>","d":"../9e41aa07"}'))}`;
		const decoded = decodeLink(text);
		if (!decoded.ok) throw new Error(decoded.message);
		expect(decoded.state.changes).toEqual({ seed: 7 });
		expect(Object.getPrototypeOf(decoded.state.changes)).toBe(Object.prototype);
		expect(decoded.state.fingerprints).toEqual([]);
		expect(decoded.state.curve).toBeUndefined();
		expect(decoded.state.file).toBeUndefined();
		expect(decoded.notices).toHaveLength(7);
	});
});
