import { type JSX, type KeyboardEvent, useEffect, useRef } from "react";
import { useStore } from "zustand";
import { COACH_CARDS, type CoachCard, closeCoach, coachStore, moveCoach } from "./coach";

/** The card of the first minute that is due, beside what it speaks of. Arrow keys turn the cards, Escape closes them. */
export function Coach(): JSX.Element | null {
	const at = useStore(coachStore, (c) => c.at);
	const card = at === null ? null : COACH_CARDS[at];
	return card && at !== null ? <Card key={at} card={card} at={at} /> : null;
}

function Card({ card, at }: { readonly card: CoachCard; readonly at: number }): JSX.Element {
	const box = useRef<HTMLDivElement>(null);
	const next = useRef<HTMLButtonElement>(null);
	useEffect(() => {
		box.current?.showPopover();
		next.current?.focus();
		return pointAt(card);
	}, [card]);
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key === "ArrowRight") moveCoach(1);
		else if (event.key === "ArrowLeft") moveCoach(-1);
		else if (event.key === "Escape") closeCoach();
		else return;
		event.preventDefault();
		event.stopPropagation();
	};
	const last = at === COACH_CARDS.length - 1;
	return (
		<div
			ref={box}
			popover="manual"
			role="dialog"
			aria-label={`First steps, ${at + 1} of ${COACH_CARDS.length}`}
			className="coach"
			data-over={card.over !== undefined}
			onKeyDown={onKeyDown}
		>
			<span className="coach-count">
				{at + 1} of {COACH_CARDS.length}
			</span>
			<p>{card.text}</p>
			<p className="actions">
				{card.action ? (
					<button type="button" className="primary" onClick={card.action.run}>
						{card.action.label}
					</button>
				) : null}
				<button ref={next} type="button" className={card.action ? "" : "primary"} onClick={() => moveCoach(1)}>
					{last ? "Done" : "Next"}
				</button>
				{last ? null : (
					<button type="button" className="quiet" onClick={closeCoach}>
						Skip
					</button>
				)}
			</p>
		</div>
	);
}

/** Outlines a card's target and makes the place of the card its anchor, as soon as they are there. @returns the way back. */
function pointAt({ target, over = target }: CoachCard): () => void {
	let outlined: HTMLElement | null = null;
	let anchor: HTMLElement | null = null;
	const clear = () => {
		outlined?.classList.remove("coach-target");
		anchor?.style.removeProperty("anchor-name");
	};
	const find = () => {
		if (outlined?.isConnected && anchor?.isConnected) return;
		clear();
		outlined = document.querySelector(target);
		anchor = document.querySelector(over);
		outlined?.classList.add("coach-target");
		anchor?.style.setProperty("anchor-name", "--coach");
	};
	find();
	const timer = setInterval(find, 300);
	return () => {
		clearInterval(timer);
		clear();
	};
}
