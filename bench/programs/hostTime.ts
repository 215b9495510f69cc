// Host time of the executor that the page trains with, credit included, on Dawn's null device, where commands cost and do nothing.
import { create } from "webgpu";
import { timesOf } from "../../src/cli/speed";
import { freeWorkload, SIZES, type Size, type Workload } from "../../src/cli/workload";
import { openDevice } from "../../src/gpu/device/adapter";
import { createGpuExecutor, type GpuExecutor } from "../../src/gpu/gpuExecutor";

const STEPS = 300;

async function measured(task: (step: number) => Promise<unknown>): Promise<string> {
	const times: number[] = [];
	for (let step = 0; step < STEPS; step++) {
		const start = performance.now();
		await task(step);
		times.push(performance.now() - start);
	}
	const { medianMs, fastestTenthMs } = timesOf(times);
	return `median ${medianMs.toFixed(3)}, fastest tenth ${fastestTenthMs.toFixed(3)}`;
}

/** A rollout is over when its outcomes are there, a step when its metrics are: what a run waits for. */
async function measure(executor: GpuExecutor, { request }: Workload): Promise<Record<"rollout" | "step", string>> {
	const rollout = await measured((step) => {
		executor.rollout(request(step));
		return executor.readOutcomes();
	});
	const step = await measured((step) => {
		executor.train(step);
		return executor.metrics(0);
	});
	return { rollout, step };
}

const gpu = create(["backend=null"]);
for (const name of Object.keys(SIZES) as Size[]) {
	const workload = freeWorkload(name);
	const opened = await openDevice(gpu);
	const executor = await createGpuExecutor(opened, workload.plan, { split: false });
	const { trainDispatches, creditDispatches, trainSubmits, rolloutDispatches, rolloutSubmits } = executor.counts;
	const { rollout, step } = await measure(executor, workload);
	console.log(
		`${name}: step of ${trainDispatches} dispatches and ${creditDispatches} of credit in ${trainSubmits} submit, host ms ${step}; ` +
			`rollouts of ${rolloutDispatches} dispatches in ${rolloutSubmits} submit, host ms ${rollout}`,
	);
	executor.dispose();
}
process.exit(0);
