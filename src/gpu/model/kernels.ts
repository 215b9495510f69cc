import type { Access, Kernel } from "../device/kernel";
import adamw from "../shaders/adamw.wgsl?raw";
import attention from "../shaders/attention.wgsl?raw";
import attentionBackward from "../shaders/attentionBackward.wgsl?raw";
import decision from "../shaders/gradientDecision.wgsl?raw";
import gradientNorm from "../shaders/gradientNorm.wgsl?raw";
import gradientNormTiles from "../shaders/gradientNormTiles.wgsl?raw";
import gradientSquares from "../shaders/gradientSquares.wgsl?raw";
import gradientSquaresTiles from "../shaders/gradientSquaresTiles.wgsl?raw";
import leafGradients from "../shaders/leafGradients.wgsl?raw";
import leafGradientsTiles from "../shaders/leafGradientsTiles.wgsl?raw";
import linear from "../shaders/linear.wgsl?raw";
import epilogue from "../shaders/linearEpilogue.wgsl?raw";
import job from "../shaders/linearJob.wgsl?raw";
import linearTiles from "../shaders/linearTiles.wgsl?raw";
import normBackward from "../shaders/normBackward.wgsl?raw";
import normBackwardTiles from "../shaders/normBackwardTiles.wgsl?raw";
import normForward from "../shaders/normForward.wgsl?raw";
import normForwardTiles from "../shaders/normForwardTiles.wgsl?raw";
import { expandShader } from "./expand";
import { TILE } from "./modelShape";
import type { ModelVariant } from "./transformer";

/** Bindings of each role, whatever the variant. */
const BINDINGS = {
	normForward: ["read", "read", "read", "read", "read", "write", "write", "write"],
	linear: ["read", "read", "read", "write", "write", "write", "uniform"],
	attention: ["read", "read", "write", "write"],
	attentionBackward: ["read", "read", "read", "read", "read", "write"],
	normBackward: ["read", "read", "read", "read", "write"],
	leafGradients: ["read", "read", "read", "read", "read", "read", "read", "write"],
	gradientSquares: ["read", "write", "write"],
	gradientNorm: ["read", "write"],
	adamw: ["read", "read", "read", "write", "write", "write", "position"],
} as const satisfies Record<string, readonly Access[]>;

type Role = keyof typeof BINDINGS;
export type ModelKernels = Readonly<Record<Role, Kernel>>;

/** Shader templates of a variant; where both have the same one, its lanes differ. */
const SOURCES: Readonly<Record<ModelVariant, Readonly<Record<Role, string>>>> = {
	registers: {
		normForward,
		linear,
		attention,
		attentionBackward,
		normBackward,
		leafGradients,
		gradientSquares,
		gradientNorm,
		adamw,
	},
	tiles: {
		normForward: normForwardTiles,
		linear: linearTiles,
		attention,
		attentionBackward,
		normBackward: normBackwardTiles,
		leafGradients: leafGradientsTiles,
		gradientSquares: gradientSquaresTiles,
		gradientNorm: gradientNormTiles,
		adamw,
	},
};

/** Queries or keys that one attention workgroup has: those that share what they load, or enough to fill a GPU's lanes. */
export const ATTENTION_LANES: Readonly<Record<ModelVariant, number>> = { registers: 4, tiles: 64 };

/**
 * The kernels of a variant.
 * @param headWidth channels of one head.
 * @param subgroups lanes of a subgroup of four hand each other what they loaded ("registers" only).
 */
export function modelKernels(variant: ModelVariant, headWidth: number, subgroups: boolean): ModelKernels {
	const expansion = {
		includes: { job, epilogue, decision },
		repeats: { r: TILE, k: 4, j: 8, i: 4, c: Math.ceil(headWidth / 4) },
		subgroups,
	};
	const lanes = `const LANES = ${ATTENTION_LANES[variant]}u;\n`;
	const kernel = (role: Role): Kernel => {
		const template = SOURCES[variant][role];
		const text = expandShader(template, expansion);
		return {
			name: /fn (\w+)\(/.exec(text.slice(text.indexOf("@compute")))![1]!,
			source: role.startsWith("attention") ? withConstants(text, lanes) : text,
			bindings: BINDINGS[role],
		};
	};
	const roles = Object.keys(BINDINGS) as Role[];
	return Object.fromEntries(roles.map((role) => [role, kernel(role)])) as Record<Role, Kernel>;
}

/** Puts constants after the directives, which must come first. */
function withConstants(text: string, constants: string): string {
	const at = text.indexOf("override");
	return text.slice(0, at) + constants + text.slice(at);
}
