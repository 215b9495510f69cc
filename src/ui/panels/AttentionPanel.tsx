import { type JSX, useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { messageOf } from "../../engine/core/errors";
import type { AttentionAnswer } from "../../workers/labApi";
import { Choices } from "../controls/Choices";
import type { Display } from "../credit/display";
import { askAttention } from "../lab";
import { pictures } from "../pictures";
import { ROUNDED } from "../recording/rounded";
import { selectionStore } from "../stores/selection";
import { useDisplay } from "../useDisplay";
import { AttentionMaps } from "./AttentionMaps";
import { AttentionRhythm } from "./AttentionRhythm";
import "../styles/attention.css";

/** Where the policy looked while it wrote one rollout, beside what really earned the reward. */
export default function AttentionPanel(): JSX.Element {
	const display = useDisplay();
	if (!display)
		return <p className="muted padded">Where the policy looks while it writes appears here once a run is on.</p>;
	return <AttentionOf display={display} />;
}

/** Maps of longer rollouts would have no readable cell. */
const LONGEST = 512;

function AttentionOf({ display }: { readonly display: Display }): JSX.Element {
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const rollout = pinned?.rollout ?? display.members[0] ?? 0;
	const [look, setLook] = useState<Look>("heads");
	const answer = useAttention(display, rollout);
	const shown = typeof answer === "string" ? { display, rollout } : answer;
	const { step, latest } = shown.display;
	const of = `Rollout ${shown.rollout}, step ${step}${typeof answer !== "string" && latest.recorded ? `, policy ${ROUNDED}` : ""}.`;
	return (
		<div className="attention" data-look={look}>
			<div className="attention-head">
				<p className="tree-note muted" title={of}>
					<b>Where the policy looks. It is not credit.</b> <span className="of">{of}</span>
				</p>
				<Choices label="What of attention to look at" of={LOOKS} chosen={look} onChoose={setLook} />
			</div>
			{typeof answer === "string" ? (
				<p className="muted">{answer}</p>
			) : (
				<div className="attention-body">
					<AttentionMaps display={answer.display} answer={answer.answer} rollout={answer.rollout} />
					<AttentionRhythm display={answer.display} answer={answer.answer} rollout={answer.rollout} />
				</div>
			)}
		</div>
	);
}

/** Looked at in turn where there is no room for both beside or below each other. */
const LOOKS = [
	{ id: "heads", title: "Heads", help: "All heads, and one of them enlarged" },
	{ id: "curves", title: "Curves", help: "How far back tokens look, and how much later ones look at them" },
] as const;
type Look = (typeof LOOKS)[number]["id"];

interface Shown {
	readonly display: Display;
	readonly rollout: number;
	readonly answer: AttentionAnswer;
}

/** Attention of the rollout on screen, asked for when it changes; the last one stays until then, with the text that it is of. */
function useAttention(display: Display, rollout: number): Shown | string {
	const [answer, setAnswer] = useState<{ of: Display["latest"]; rollout: number; answer: AttentionAnswer } | string>(
		"Being worked out.",
	);
	const last = useRef<Shown | null>(null);
	const { latest } = display;
	useEffect(() => {
		let wanted = true;
		const tell = (news: typeof answer) => {
			pictures.hurry(useAttention, () => wanted && setAnswer(news));
		};
		if ((latest.batch.lengths[rollout] as number) > LONGEST)
			tell(`This rollout has more than ${LONGEST} tokens; its attention is not drawn.`);
		else
			askAttention(latest, rollout).then(
				(found) => tell({ of: latest, rollout, answer: found }),
				(error: unknown) => tell(messageOf(error)),
			);
		return () => {
			wanted = false;
		};
	}, [latest, rollout]);
	const isOld = typeof answer === "string" || answer.of !== latest;
	const shown = isOld ? last.current : { display, rollout: answer.rollout, answer: answer.answer };
	useEffect(() => {
		last.current = shown;
	});
	return typeof answer === "string" ? answer : (shown ?? "Being worked out.");
}
