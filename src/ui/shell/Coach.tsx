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
		return pointAt(card.target);
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

/** Makes the first match of a selector the anchor of the card, as soon as it is there. @returns the way back. */
function pointAt(selector: string): () => void {
	let target: HTMLElement | null = null;
	const find = () => {
		if (target?.isConnected) return;
		target = document.querySelector<HTMLElement>(selector);
		target?.classList.add("coach-target");
		target?.style.setProperty("anchor-name", "--coach");
	};
	find();
	const timer = setInterval(find, 300);
	return () => {
		clearInterval(timer);
		target?.classList.remove("coach-target");
		target?.style.removeProperty("anchor-name");
	};
}
