import type { JSX } from "react";
import type { AttentionAnswer } from "../../workers/labApi";
import { agreement } from "../attention/agreement";
import { drawRhythm, MARGIN, type RhythmData } from "../attention/rhythmChart";
import { TokenPlot } from "../charts/TokenPlot";
import type { Display } from "../credit/display";
import { csvOf } from "../figures/csv";
import { usePanelCsv } from "../figures/publishedCsv";

interface Props {
	readonly display: Display;
	readonly answer: AttentionAnswer;
	readonly rollout: number;
}

const MARKS = "▲ The token plans what follows. ◆ Later tokens keep looking at it. An arc joins a plan to its anchor.";

/** WAAD and FAI over the text, and how they go with the exact advantage. */
export function AttentionRhythm({ display, answer, rollout }: Props): JSX.Element {
	const data = dataOf(display, answer, rollout);
	usePanelCsv("attention", () => rhythmCsv(data, answer.rhythm));
	return (
		<div className="rhythm-box">
			<Correlations data={data} answer={answer} />
			<TokenPlot
				className="rhythm-plot"
				rollout={rollout}
				length={data.names.length}
				margin={MARGIN}
				draw={(element, size) => drawRhythm(element, data, size)}
			/>
			<p className="reading muted">{readingText(answer)}</p>
		</div>
	);
}

function dataOf({ batch, tokens, exact }: Display, { rhythm }: AttentionAnswer, b: number): RhythmData {
	const from = b * batch.T;
	const end = from + (batch.lengths[b] as number);
	const values = exact && !exact.pending ? exact.values.subarray(from, end) : null;
	return {
		rhythm,
		names: Array.from(batch.tokens.subarray(from, end), (id) => tokens[id] ?? `#${id}`),
		mask: batch.actionMask.subarray(from, end),
		exact: exact && values ? { values, scale: exact.scale, label: exact.label } : null,
	};
}

/** One line a token: the curves, what it is marked as, and the exact advantage. */
function rhythmCsv({ names, mask, exact }: RhythmData, rhythm: AttentionAnswer["rhythm"]): string {
	const { waad, jump, fai, preplan, anchors } = rhythm;
	const marks = (t: number) => [Number(preplan.includes(t)), Number(anchors.includes(t))];
	return csvOf(
		["token", "text", "mask", "waad", "waad_jump", "fai", "plan", "anchor", "exact"],
		names.map((name, t) => [
			t,
			name,
			mask[t] as number,
			waad[t] as number,
			jump[t] as number,
			fai[t] as number,
			...marks(t),
			exact?.values[t] ?? null,
		]),
	);
}

/** What training would read: as the settings say, but for the split of heads, which takes the whole batch there. */
function readingText({ reading: { window, from, to, keys, layers } }: AttentionAnswer): string {
	const where = keys === "response" ? ", in the response alone" : "";
	return `WAAD within ${window}, FAI ${from} to ${to} tokens later${where}, heads of ${layers === "all" ? "all" : "the middle"} layers, split by this rollout, all recomputed in float64.`;
}

/** Correlation of each curve with the size of the exact advantage, over the policy's tokens. */
function Correlations({ data, answer }: { readonly data: RhythmData; readonly answer: AttentionAnswer }): JSX.Element {
	const { exact, mask } = data;
	if (!exact)
		return (
			<p className="muted" title={`${MARKS} ${readingText(answer)}`}>
				The exact advantage of this rollout is not known: nothing to compare with.
			</p>
		);
	const own = (values: Float64Array) => values.map((v, t) => (mask[t] === 1 ? v : Number.NaN));
	const size = own(exact.values.map(Math.abs));
	const jump = agreement(own(answer.rhythm.jump), size);
	const fai = agreement(own(answer.rhythm.fai), size);
	return (
		<p
			className="tabular muted"
			title={`Correlation with the size of the exact advantage, over the policy's tokens of this rollout. ${MARKS} ${readingText(answer)}`}
		>
			|{exact.label}|: WAAD jump <b>{jump.text}</b>, FAI <b>{fai.text}</b>, n = {fai.n}
		</p>
	);
}
