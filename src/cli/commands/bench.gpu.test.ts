import { expect, it } from "vitest";
import { EXIT, runCli } from "../run";
import { captureIo } from "../testing";
import { benchCommand } from "./bench";

it("ascribe bench times every part on the GPU and names its adapter", { timeout: 120_000 }, async () => {
	const io = captureIo();
	const status = await runCli(
		[benchCommand],
		["bench", "--size", "small", "--backend", "gpu", "--repeats", "1", "--json"],
		io,
	);
	expect([status, io.stderr()]).toEqual([EXIT.good, ""]);
	const parts = io
		.stdout()
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	// Free rollouts end at their limit: 64 of 32 tokens.
	expect(parts.map(({ part, tokens }) => [part, tokens])).toEqual(["rollout", "step", "credit"].map((p) => [p, 2048]));
	for (const { medianMs, device } of parts) {
		expect(medianMs).toBeGreaterThan(0);
		expect(device.kind).toBe("gpu");
		expect(device.adapter).not.toBe("");
	}
});
