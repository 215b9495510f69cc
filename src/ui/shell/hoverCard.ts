import { select } from "../charts/select";
import { currentDisplay, type Display } from "../credit/display";
import { signed } from "../format";
import { oncePerFrame } from "../frame";
import { type HoveredToken, onHover } from "../hover";
import { runStore } from "../stores/run";
import { selectionStore } from "../stores/selection";
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
	const display = currentDisplay();
	if (!hovered || !display || !hovered.element.isConnected) {
		card.hidePopover();
		return;
	}
	fillCard(card, display, hovered, selectionStore.getState().pinned);
	card.showPopover();
	place(card, hovered.element.getBoundingClientRect());
}

type Mark = { readonly rollout: number; readonly token: number };

/** Writes a token's facts into `card`, each with its difference to the pinned token if there is another one. */
function fillCard(card: HTMLElement, display: Display, token: Mark, pinned: Mark | null): void {
	const { name, place: where } = titleOf(display, token.rollout, token.token);
	const other = pinned && (pinned.rollout !== token.rollout || pinned.token !== token.token) ? pinned : null;
	const root = select(card).classed("comparing", other !== null);
	const part = (tag: string) => root.selectAll<HTMLElement, null>(tag).data([null]).join(tag);
	part("h3").text(name);
	part("p").text(other ? `${where}; Δ: minus ${titleOf(display, other.rollout, other.token).name}, pinned` : where);
	const methods = display.rows.filter((row) => row !== display.exact && row !== display.error);
	const facts = factsOf(display, token.rollout, token.token).filter((f) => f.kind !== "term" || methods.length === 1);
	const before = other ? factsOf(display, other.rollout, other.token) : [];
	part("dl")
		.selectAll("div")
		.data(facts)
		.join((enter) => {
			const line = enter.append("div");
			line.append("dt");
			line.append("dd");
			line.append("dd").attr("class", "delta");
			return line;
		})
		.attr("data-kind", (fact) => fact.kind)
		.each(function (fact: Fact) {
			select(this).select("dt").text(fact.name);
			select(this).select("dd").text(fact.value);
			select(this).select(".delta").text(deltaOf(fact, before));
		});
}

/** What a number is minus that of the pinned token, as `Δ −0.21`; empty where either has none. */
function deltaOf({ name, of, number }: Fact, before: readonly Fact[]): string {
	const delta = number - (before.find((f) => f.name === name && f.of === of)?.number ?? Number.NaN);
	return Number.isNaN(delta) ? "" : `\u0394 ${signed(delta)}`;
}

/** Below the token, or above it where there is no room; always inside the window. */
function place(card: HTMLElement, token: DOMRect): void {
	const { width, height } = card.getBoundingClientRect();
	const below = token.bottom + GAP + height <= window.innerHeight;
	const left = Math.min(Math.max(GAP, token.left), window.innerWidth - width - GAP);
	card.style.left = `${left}px`;
	card.style.top = `${below ? token.bottom + GAP : Math.max(GAP, token.top - GAP - height)}px`;
}
