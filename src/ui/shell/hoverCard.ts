import { select } from "d3-selection";
import { type Comparison, currentComparison } from "../comparison";
import { oncePerFrame } from "../frame";
import { type HoveredToken, onHover } from "../hover";
import { runStore } from "../stores/run";
import { type Fact, factsOf, titleOf } from "../tokenFacts";

const GAP = 8;

/**
 * Shows the card of the hovered or focused token, as a native popover filled by plain DOM: moving the pointer renders no
 * React. The card never takes the pointer, so it cannot cover the way to the next token. @returns the way to stop.
 */
export function mountHoverCard(parent: HTMLElement): () => void {
	const card = document.createElement("div");
	card.className = "hover-card";
	card.popover = "manual";
	card.setAttribute("role", "tooltip");
	parent.append(card);
	let shown: HoveredToken | null = null;
	const draw = oncePerFrame((hovered: HoveredToken | null) => show(card, hovered));
	const stopHover = onHover((hovered) => {
		shown = hovered;
		draw(hovered);
	});
	const stopRun = runStore.subscribe((run, before) => {
		if (shown && (run.latest !== before.latest || run.beside !== before.beside || run.exact !== before.exact))
			draw(shown);
	});
	return () => {
		stopHover();
		stopRun();
		card.remove();
	};
}

function show(card: HTMLElement, hovered: HoveredToken | null): void {
	const comparison = currentComparison();
	if (!hovered || !comparison || !hovered.element.isConnected) {
		card.hidePopover();
		return;
	}
	fillCard(card, comparison, hovered.rollout, hovered.token);
	card.showPopover();
	place(card, hovered.element.getBoundingClientRect());
}

/** Writes a token's facts into `card`. */
export function fillCard(card: HTMLElement, comparison: Comparison, rollout: number, token: number): void {
	const { name, place: where } = titleOf(comparison, rollout, token);
	const root = select(card);
	const part = (tag: string) => root.selectAll<HTMLElement, null>(tag).data([null]).join(tag);
	part("h3").text(name);
	part("p").text(where);
	part("dl")
		.selectAll("div")
		.data(
			factsOf(comparison, rollout, token).filter(
				(fact) => fact.kind !== "term" || comparison.rows.filter((row) => row !== comparison.exact).length === 1,
			),
		)
		.join((enter) => {
			const line = enter.append("div");
			line.append("dt");
			line.append("dd");
			return line;
		})
		.attr("data-kind", (fact) => fact.kind)
		.each(function (fact: Fact) {
			select(this).select("dt").text(fact.name);
			select(this).select("dd").text(fact.value);
		});
}

/** Below the token, or above it where there is no room; always inside the window. */
function place(card: HTMLElement, token: DOMRect): void {
	const { width, height } = card.getBoundingClientRect();
	const below = token.bottom + GAP + height <= window.innerHeight;
	const left = Math.min(Math.max(GAP, token.left), window.innerWidth - width - GAP);
	card.style.left = `${left}px`;
	card.style.top = `${below ? token.bottom + GAP : Math.max(GAP, token.top - GAP - height)}px`;
}
