import type { AttentionAnswer } from "../../workers/labApi";

/** Whether a head, counted over all layers, looks at near or far tokens; empty for one that is neither. */
export const headKind = ({ local, global }: AttentionAnswer["rhythm"], head: number): "local" | "global" | "" =>
	local.includes(head) ? "local" : global.includes(head) ? "global" : "";
