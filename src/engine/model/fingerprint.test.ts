import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DEFAULT_MODEL, parameterLayout } from "./config";
import { fingerprint } from "./fingerprint";
import { initParameters } from "./parameters";

describe("the fingerprint", () => {
	const config = { ...DEFAULT_MODEL, vocabSize: 7, contextLength: 5, layers: 11, width: 4, heads: 2 };
	const layout = parameterLayout(config);
	const parameters = initParameters(config, 9);

	it("is the head of the SHA-256 of tensors in sorted order: h.10 comes before h.2", () => {
		const names = layout.tensors.map((t) => t.name).sort();
		expect(names.indexOf("transformer.h.10.ln_1.bias")).toBeLessThan(names.indexOf("transformer.h.2.ln_1.bias"));
		const hash = createHash("sha256");
		for (const name of names) {
			const { offset, length } = layout.tensors.find((t) => t.name === name)!;
			hash.update(new Uint8Array(Float32Array.from(parameters.subarray(offset, offset + length)).buffer));
		}
		expect(fingerprint(parameters, layout)).toBe(hash.digest("hex").slice(0, 16));
	});

	it("does not see padding, and sees every last bit", () => {
		const base = fingerprint(parameters, layout);
		const padded = parameters.slice();
		const bias = layout.tensors.find((t) => t.name === "transformer.ln_f.bias")!;
		padded[bias.offset + bias.length] = 5;
		expect(fingerprint(padded, layout)).toBe(base);
		padded[bias.offset] = 1e-45;
		expect(fingerprint(padded, layout)).not.toBe(base);
		expect(fingerprint(Float32Array.from(parameters), layout)).toBe(base);
	});
});
