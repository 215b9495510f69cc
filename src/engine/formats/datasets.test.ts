import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { METHODS } from "../credit/registry";
import { creditOf } from "../credit/run";
import { PRESETS } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { readRecording } from "./recording";

const FOLDER = "public/datasets";
const readme = readFileSync(`${FOLDER}/README.md`, "utf8");
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".recording"));

describe.each(files)("%s", (name) => {
	const bytes = readFileSync(`${FOLDER}/${name}`);
	const recording = readRecording(gunzipSync(bytes), name);

	it("has the hash that is published, and is small enough to open with the page", () => {
		expect(readme).toContain(`\`${name}\``);
		expect(readme).toContain(createHash("sha256").update(bytes).digest("hex"));
		expect(bytes.length).toBeLessThanOrEqual(120_000);
		expect(recording.frames.length).toBeLessThanOrEqual(64);
	});

	it("is of a published preset, as it stands", () => {
		const preset = PRESETS.find((p) => p.id === recording.preset);
		// Parameters that came later have their defaults.
		expect(openSpec(recording.spec).spec).toEqual(openSpec(preset!.spec).spec);
	});

	it("opens where its first group has something to compare, as near to half of the successes as there is", () => {
		const { frames, opening, curves, spec } = recording;
		const success = curves.success!.subarray(0, spec.steps);
		const isMixed = ({ batch }: (typeof frames)[number]) =>
			new Set(batch.returns.filter((_, b) => batch.groupIds[b] === batch.groupIds[0])).size > 1;
		expect(isMixed(frames[opening]!)).toBe(true);
		const gap = (step: number) => Math.abs(success[step - 1]! - 0.5);
		for (const frame of frames.filter(isMixed))
			expect(gap(frames[opening]!.step)).toBeLessThanOrEqual(gap(frame.step) + 1e-6);
	});

	it("holds exact advantages that telescope: V + A = r + V after the token", () => {
		for (const { batch, exact } of recording.frames)
			for (let i = 0; i < batch.B * batch.T; i++) {
				if (batch.actionMask[i] !== 1) continue;
				const last = (i % batch.T) + 1 === batch.lengths[Math.floor(i / batch.T)];
				const after = last ? 0 : exact.values[i + 1]!;
				expect(Math.abs(exact.values[i]! + exact.advantage[i]! - batch.rewards[i]! - after)).toBeLessThanOrEqual(2e-6);
			}
	});

	it("holds the credit that the methods give to its rollouts", () => {
		for (const { batch, credit } of recording.frames)
			for (const [method, advantage] of Object.entries(credit)) {
				// Others look at the whole batch, of which these rollouts are a part.
				if (!METHODS.find((m) => m.id === method)?.traits.groupLocal) continue;
				const again = creditOf(method, recording.methods[method] ?? {}, batch).advantage;
				for (const [i, a] of again.entries()) expect(Math.abs(a - advantage[i]!)).toBeLessThanOrEqual(1e-4);
			}
	});
});
