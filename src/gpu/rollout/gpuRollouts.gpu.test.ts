import { describe, expect, it } from "vitest";
import { STREAMS } from "../../engine/core/rng";
import { parameterLayout } from "../../engine/model/config";
import { initParameters } from "../../engine/model/parameters";
import { CpuRollout, rolloutBatch } from "../../engine/training/cpuRollout";
import type { RolloutRequest } from "../../engine/training/executor";
import { planOf } from "../../engine/training/plan";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { testDevice } from "../../testing/softwareDevice";
import { DispatchCompiler } from "../device/dispatch";
import { GpuRollouts } from "./gpuRollouts";

const plan = planOf(coinSpec({ rollout: { prompts: 4, groupSize: 3 } }), coinTask);
const weights = Float32Array.from(initParameters(plan.model, 1), (v) => (v === 1 ? 1 : 15 * v));
const request = (step: number, stream: number = STREAMS.sample): RolloutRequest => ({
	step,
	stream,
	promptTokens: Int32Array.of(2, 3, 4, 2),
	promptLengths: Int32Array.of(1, 1, 1, 1),
	startStates: Uint32Array.from({ length: 4 }, () => plan.machine.start[0]!),
});
const onCpu = (r: RolloutRequest) => rolloutBatch(plan, r, new CpuRollout(plan, Float64Array.from(weights)).sample(r));

async function open() {
	const device = await testDevice();
	const parameters = device.createBuffer({ size: parameterLayout(plan.model).size * 4, usage: 128 | 8 });
	device.queue.writeBuffer(parameters, 0, weights);
	const rollouts = await GpuRollouts.create(new DispatchCompiler(device), plan, parameters, {
		variant: "registers",
		submits: 1,
	});
	return { device, rollouts };
}

describe("rollouts of an executor on the GPU", () => {
	it("become the batch that the float64 executor gives, environment turns and successes included", async () => {
		const { device, rollouts } = await open();
		rollouts.sample(request(3));
		const [gpu, cpu] = [await rollouts.readBatch(), onCpu(request(3))];
		for (const key of [
			"tokens",
			"actionMask",
			"lengths",
			"rewards",
			"returns",
			"success",
			"truncated",
			"groupIds",
		] as const)
			expect([key, gpu[key]]).toEqual([key, cpu[key]]);
		expect(gpu.promptTokens).toEqual(cpu.promptTokens);
		rollouts.dispose();
		device.destroy();
	});

	it("are read as they were when the read was asked for, whatever is sampled before it resolves", async () => {
		const { device, rollouts } = await open();
		const requests = [1, 2, 3, 4].map((step) => request(step, STREAMS.evaluation));
		const reads = requests.map((r) => {
			rollouts.sample(r);
			return Promise.all([rollouts.readOutcomes(), rollouts.readBatch()]);
		});
		const seen = await Promise.all(reads);
		seen.forEach(([outcomes, batch], i) => {
			const expected = onCpu(requests[i]!);
			expect(outcomes).toEqual({ returns: expected.returns, success: expected.success });
			expect(batch.tokens).toEqual(expected.tokens);
		});
		expect(new Set(seen.map(([, batch]) => batch.tokens.join())).size).toBe(4);
		rollouts.dispose();
		device.destroy();
	});

	it("say that the device was lost, with the code that lets a run go on", async () => {
		const { device, rollouts } = await open();
		rollouts.sample(request(1));
		const read = rollouts.readOutcomes();
		device.destroy();
		await expect(read).rejects.toMatchObject({ name: "WorkFailed", code: "device-lost" });
	});

	it("cannot be read before any were sampled", async () => {
		const { device, rollouts } = await open();
		await expect(rollouts.readOutcomes()).rejects.toThrow("before any were sampled");
		rollouts.dispose();
		device.destroy();
	});
});
