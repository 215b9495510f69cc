import type { Kernel } from "../device/kernel";
import attention from "../shaders/decodeAttention.wgsl?raw";
import attentionLanes from "../shaders/decodeAttentionLanes.wgsl?raw";
import linear from "../shaders/decodeLinear.wgsl?raw";
import linearLanes from "../shaders/decodeLinearLanes.wgsl?raw";
import pack from "../shaders/decodePack.wgsl?raw";
import start from "../shaders/decodeStart.wgsl?raw";
import sampleShared from "../shaders/sampleShared.wgsl?raw";
import sampleToken from "../shaders/sampleToken.wgsl?raw";
import sampleTokenLanes from "../shaders/sampleTokenLanes.wgsl?raw";
import treeOwner from "../shaders/treeOwner.wgsl?raw";

const SAMPLE = ["read", "read", "read", "read", "write", "write", "write", "position"] as const;

export const KERNELS = {
	decodePack: { name: "decodePack", source: pack, bindings: ["read", "read", "write"] },
	decodeStart: { name: "decodeStart", source: start, bindings: ["read", "read", "read", "write", "write", "write"] },
	decodeLinear: { name: "decodeLinear", source: linear, bindings: ["read", "read", "write", "position"] },
	decodeLinearLanes: {
		name: "decodeLinearLanes",
		source: linearLanes,
		bindings: ["read", "read", "write", "position"],
	},
	decodeAttention: { name: "decodeAttention", source: attention, bindings: ["read", "write", "position"] },
	decodeAttentionLanes: {
		name: "decodeAttentionLanes",
		source: attentionLanes,
		bindings: ["read", "write", "position"],
	},
	sampleToken: { name: "sampleToken", source: sampleToken + sampleShared + treeOwner, bindings: SAMPLE },
	sampleTokenLanes: { name: "sampleTokenLanes", source: sampleTokenLanes + sampleShared + treeOwner, bindings: SAMPLE },
} as const satisfies Record<string, Kernel>;
