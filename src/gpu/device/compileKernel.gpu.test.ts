import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WorkFailed } from "../../engine/core/errors";
import { testDevice } from "../../testing/softwareDevice";
import { compileKernel } from "./compileKernel";

let device: GPUDevice;
beforeAll(async () => {
	device = await testDevice();
});
afterAll(() => device.destroy());

const source = (sum: string) => `@group(0) @binding(0) var<storage, read_write> out: array<f32>;
override scale: f32;

@compute @workgroup_size(64)
fn double(@builtin(global_invocation_id) id: vec3u) {
	out[id.x] = ${sum};
}
`;
const kernel = (sum: string) => ({ name: "double", source: source(sum), bindings: ["write"] as const });

describe("a kernel", () => {
	it("compiles with its constants", async () => {
		const { pipeline } = await compileKernel(device, kernel("scale * out[id.x]"), { scale: 2 });
		expect(pipeline.label).toBe("double");
	});

	it("that does not compile is named, with the line of its source and what is wrong there", async () => {
		const failed = await compileKernel(device, kernel("scale * missing[id.x]"), { scale: 2 }).catch((e: unknown) => e);
		expect(failed).toBeInstanceOf(WorkFailed);
		expect((failed as WorkFailed).code).toBe("shader");
		expect((failed as WorkFailed).message).toMatch(
			/^Shader double, line 6: .*missing.*\(out\[id\.x\] = scale \* missing\[id\.x\];\)$/s,
		);
	});
});
