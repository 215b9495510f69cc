import { InvalidInput, WorkFailed } from "../../engine/core/errors";

/** What this machine offers, in a sentence a person can act on. */
export interface AdapterReport {
	readonly status: "ok" | "no-webgpu" | "no-adapter" | "limits-too-small";
	/** Vendor and architecture; empty without an adapter. */
	readonly adapter: string;
	readonly software: boolean;
	/** What it means and what to do; empty when all is well. */
	readonly advice: string;
}

/** A device to train on, and the adapter behind it. */
export interface OpenDevice {
	readonly device: GPUDevice;
	readonly adapter: string;
	readonly software: boolean;
}

/** What the kernels need at least: the smallest that WebGPU promises, which compatibility modes may undercut. */
const NEEDED = {
	maxStorageBuffersPerShaderStage: 8,
	maxComputeInvocationsPerWorkgroup: 256,
	maxComputeWorkgroupSizeX: 256,
	maxComputeWorkgroupStorageSize: 16_384,
	maxStorageBufferBindingSize: 128 * 1024 * 1024,
} as const;

/** Of these, as much as the adapter has is asked for: the rest stays at its default. */
const WANTED = ["maxStorageBufferBindingSize", "maxBufferSize", "maxComputeWorkgroupStorageSize"] as const;

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|\bwarp\b/i;

type Found = { readonly report: AdapterReport; readonly adapter: GPUAdapter | null };

/** Looks for an adapter and says what it found. Never throws. */
export async function probeAdapter(gpu: GPU | undefined): Promise<AdapterReport> {
	return (await find(gpu)).report;
}

/**
 * A device on the adapter that `gpu` prefers, with the limits that it offers.
 * @param features asked for where the adapter has them.
 * @throws InvalidInput with advice when there is none; WorkFailed when the adapter gives no device.
 */
export async function openDevice(
	gpu: GPU | undefined,
	features: readonly GPUFeatureName[] = ["subgroups"],
): Promise<OpenDevice> {
	const { report, adapter } = await find(gpu);
	if (!adapter || report.status !== "ok") throw new InvalidInput(`There is no GPU to compute on. ${report.advice}`);
	const requiredLimits = Object.fromEntries(WANTED.map((name) => [name, adapter.limits[name]]));
	const requiredFeatures = features.filter((feature) => adapter.features.has(feature));
	try {
		const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
		return { device, adapter: report.adapter, software: report.software };
	} catch (cause) {
		throw new WorkFailed("no-device", `The adapter ${report.adapter} gives no device: ${cause}`, { cause });
	}
}

async function find(gpu: GPU | undefined): Promise<Found> {
	if (!gpu) return none("no-webgpu", "WebGPU is not available here; a browser has to be Chrome 113 or later.");
	const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
	if (!adapter) return none("no-adapter", "WebGPU found no graphics adapter; turn on hardware acceleration.");
	const report = {
		status: "ok",
		adapter: nameOf(adapter.info),
		software: isSoftware(adapter.info),
		advice: "",
	} as const;
	const lack = Object.entries(NEEDED).find(([name, least]) => !(adapter.limits[name as keyof typeof NEEDED] >= least));
	if (!lack) return { report, adapter };
	const [name, least] = lack;
	const advice = `The adapter offers ${name} ${adapter.limits[name as keyof typeof NEEDED]} and training needs ${least}; train in WebAssembly.`;
	return { report: { ...report, status: "limits-too-small", advice }, adapter: null };
}

function none(status: "no-webgpu" | "no-adapter", advice: string): Found {
	return { report: { status, adapter: "", software: false, advice }, adapter: null };
}

/** The description only where there is nothing else: browsers hide it and other programs do not, for the same adapter. */
function nameOf({ vendor, architecture, description, device }: GPUAdapterInfo): string {
	return [vendor, architecture].filter(Boolean).join(" ") || description || device || "unnamed adapter";
}

/** Many software adapters do not call themselves a fallback. */
function isSoftware(info: GPUAdapterInfo): boolean {
	const named = [info.vendor, info.architecture, info.device, info.description].join(" ");
	return info.isFallbackAdapter === true || SOFTWARE.test(named);
}
