import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { findPreset } from "../../engine/spec/presets";
import { EXIT, runCli } from "../run";
import { captureIo } from "../testing";
import { benchCommand } from "./bench";

const folder = mkdtempSync(join(tmpdir(), "ascribe-bench-gpu-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { spec } = findPreset("keychain@1");
const small = {
	...spec,
	model: { ...spec.model, width: 8, heads: 2, layers: 1 },
	rollout: { ...spec.rollout, prompts: 2, groupSize: 4 },
};
writeFileSync(join(folder, "small.json"), JSON.stringify(small));

it("ascribe bench times every part on the GPU and names its adapter", async () => {
	const io = captureIo(folder);
	const argv = ["bench", "small.json", "--backend", "gpu", "--repeats", "2", "--json"];
	const status = await runCli([benchCommand], argv, io);
	expect([status, io.stderr()]).toEqual([EXIT.good, ""]);
	const parts = io
		.stdout()
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	expect(parts.map(({ part }) => part)).toEqual(["rollout", "step", "credit"]);
	for (const { medianMs, tokens, device } of parts) {
		expect(medianMs).toBeGreaterThan(0);
		expect(tokens).toBeGreaterThan(0);
		expect(device.kind).toBe("gpu");
		expect(device.adapter).not.toBe("");
	}
});
