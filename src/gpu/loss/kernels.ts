import type { Kernel } from "../device/kernel";
import classifier from "../shaders/lossClassifier.wgsl?raw";
import classify from "../shaders/lossClassify.wgsl?raw";
import covariance from "../shaders/lossCovariance.wgsl?raw";
import gather from "../shaders/lossGather.wgsl?raw";
import lanes from "../shaders/lossLanes.wgsl?raw";
import logits from "../shaders/lossLogits.wgsl?raw";
import metrics from "../shaders/lossMetrics.wgsl?raw";
import reference from "../shaders/lossReference.wgsl?raw";
import rows from "../shaders/lossRows.wgsl?raw";
import shared from "../shaders/lossShared.wgsl?raw";
import targets from "../shaders/lossTargets.wgsl?raw";
import weights from "../shaders/lossWeights.wgsl?raw";
import treeOwner from "../shaders/treeOwner.wgsl?raw";

export const KERNELS = {
	gather: {
		name: "lossGather",
		source: gather + shared,
		bindings: ["read", "read", "read", "read", "write", "write", "write", "position"],
	},
	reference: {
		name: "lossReference",
		source: reference + classifier + shared,
		bindings: ["read", "read", "read", "write", "position"],
	},
	classify: { name: "lossClassify", source: classify + classifier + shared, bindings: ["read", "read", "write"] },
	covariance: { name: "lossCovariance", source: covariance + lanes + shared, bindings: ["write"] },
	rows: {
		name: "lossRows",
		source: rows + classifier + lanes + shared,
		bindings: ["read", "read", "write", "position"],
	},
	logits: {
		name: "lossLogits",
		source: logits + classifier + weights + lanes + shared,
		bindings: ["read", "read", "read", "write"],
	},
	targets: { name: "lossTargets", source: targets, bindings: ["read", "write"] },
	metrics: {
		name: "lossMetrics",
		source: metrics + weights + lanes + treeOwner + shared,
		bindings: ["read", "read", "read", "read", "write", "position"],
	},
} as const satisfies Record<string, Kernel>;
