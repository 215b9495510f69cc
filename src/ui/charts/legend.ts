import { significant } from "../format";
import { STEPS } from "./creditColours";
import type { CreditScale } from "./creditScale";
import { cellClass } from "./creditStrip";
import { select } from "./select";

/** The colour scale with its ends and the hovered value as a needle, into `element`. Unit: that of the credit. */
export function drawLegend(element: HTMLElement, scale: CreditScale, hovered: number | null): void {
	const root = select(element);
	const part = (name: string) =>
		root.selectAll<HTMLElement, null>(`.${name}`).data([null]).join("span").attr("class", name);
	part("legend-low").text(significant(-scale.limit));
	part("legend-bar")
		.selectAll("i")
		.data(Array.from({ length: STEPS }, (_, i) => i))
		.join("i")
		.attr("class", (i) => cellClass(i));
	part("legend-high").text(`+${significant(scale.limit)}`);
	const at = hovered === null || Number.isNaN(hovered) ? [] : [scale.position(hovered)];
	root
		.select(".legend-bar")
		.selectAll("b")
		.data(at)
		.join("b")
		.style("left", (p) => `${(50 + 50 * p).toFixed(2)}%`);
}
