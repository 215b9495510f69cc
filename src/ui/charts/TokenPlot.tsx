import type { JSX, PointerEvent } from "react";
import { setHovered } from "../hover";
import { pinToken } from "../stores/selection";
import { Chart, type Size } from "./Chart";

interface Props {
	readonly className: string;
	readonly rollout: number;
	/** Tokens of the response, each as wide as any other between the margins. */
	readonly length: number;
	readonly margin: { readonly left: number; readonly right: number };
	readonly draw: (element: HTMLElement, size: Size) => void;
}

/** A chart over the tokens of one rollout: the token under the pointer is hovered everywhere, and a click pins it. */
export function TokenPlot({ className, rollout, length, margin, draw }: Props): JSX.Element {
	const tokenAt = (e: PointerEvent<HTMLElement>) => {
		const { left, width } = e.currentTarget.getBoundingClientRect();
		const share = (e.clientX - left - margin.left) / (width - margin.left - margin.right);
		return Math.min(length - 1, Math.max(0, Math.floor(share * length)));
	};
	return (
		<div
			className={className}
			onPointerMove={(e) => setHovered({ rollout, token: tokenAt(e), element: e.currentTarget })}
			onPointerLeave={() => setHovered(null)}
			onPointerDown={(e) => pinToken(rollout, tokenAt(e))}
		>
			<Chart className="chart" draw={(element, size) => size.width > 0 && draw(element, size)} />
		</div>
	);
}
