import { describe, expect, it } from "vitest";
import { openDevice, probeAdapter } from "./adapter";

const LIMITS = {
	maxStorageBuffersPerShaderStage: 8,
	maxComputeInvocationsPerWorkgroup: 256,
	maxComputeWorkgroupSizeX: 256,
	maxComputeWorkgroupStorageSize: 32_768,
	maxStorageBufferBindingSize: 2 ** 30,
	maxBufferSize: 2 ** 31,
};
const INFO = { vendor: "apple", architecture: "metal-3", device: "", description: "", isFallbackAdapter: false };

function gpuWith(
	info: Partial<typeof INFO>,
	limits: Partial<typeof LIMITS> = {},
	asked: GPUDeviceDescriptor[] = [],
): GPU {
	const adapter = {
		info: { ...INFO, ...info },
		limits: { ...LIMITS, ...limits },
		features: new Set(["subgroups"]),
		requestDevice: async (descriptor: GPUDeviceDescriptor) => {
			asked.push(descriptor);
			return { named: "device" };
		},
	};
	return { requestAdapter: async () => adapter } as unknown as GPU;
}

describe("looking for an adapter", () => {
	it("tells no WebGPU from no adapter, with what to do", async () => {
		expect(await probeAdapter(undefined)).toMatchObject({ status: "no-webgpu", adapter: "", software: false });
		const empty = { requestAdapter: async () => null } as unknown as GPU;
		const report = await probeAdapter(empty);
		expect(report.status).toBe("no-adapter");
		expect(report.advice).toMatch(/hardware acceleration\.$/);
		await expect(openDevice(empty)).rejects.toThrow("There is no GPU to compute on. WebGPU found no graphics adapter");
	});

	it("names the limit that is too small and what is needed", async () => {
		const gpu = gpuWith({}, { maxStorageBuffersPerShaderStage: 4 });
		const report = await probeAdapter(gpu);
		expect(report).toMatchObject({ status: "limits-too-small", adapter: "apple metal-3" });
		expect(report.advice).toContain("maxStorageBuffersPerShaderStage 4 and training needs 8");
		await expect(openDevice(gpu)).rejects.toThrow("maxStorageBuffersPerShaderStage");
	});

	it.each([
		[{ vendor: "google", architecture: "swiftshader" }, "google swiftshader", true],
		[{ vendor: "mesa", architecture: "", description: "llvmpipe (LLVM 15.0.7, 256 bits)" }, "mesa", true],
		[{ vendor: "microsoft", architecture: "", description: "Microsoft Basic Render Driver" }, "microsoft", true],
		[{ isFallbackAdapter: true }, "apple metal-3", true],
		[{ vendor: "nvidia", architecture: "ampere", description: "NVIDIA GeForce RTX 3080" }, "nvidia ampere", false],
		[{ vendor: "", architecture: "", description: "Some Adapter" }, "Some Adapter", false],
	])("knows software from hardware, and names it: %j", async (info, adapter, software) => {
		expect(await probeAdapter(gpuWith(info))).toMatchObject({ status: "ok", adapter, software, advice: "" });
	});

	it("asks for the limits that the adapter has, and for no feature that it has not", async () => {
		const asked: GPUDeviceDescriptor[] = [];
		await openDevice(gpuWith({}, {}, asked), ["subgroups", "timestamp-query"]);
		expect(asked[0]!.requiredLimits).toEqual({
			maxStorageBufferBindingSize: 2 ** 30,
			maxBufferSize: 2 ** 31,
			maxComputeWorkgroupStorageSize: 32_768,
		});
		expect(asked[0]!.requiredFeatures).toEqual(["subgroups"]);
	});
});
