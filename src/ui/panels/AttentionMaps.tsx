import { type JSX, useEffect, useRef } from "react";
import { useStore } from "zustand";
import type { AttentionAnswer } from "../../workers/labApi";
import { drawHeadGrid, headAt } from "../attention/headGrid";
import { headKind } from "../attention/headKind";
import { drawHeadMap } from "../attention/headMap";
import { mapsCsv } from "../attention/mapsCsv";
import { Chart } from "../charts/Chart";
import type { Display } from "../credit/display";
import { onPaperTurn, themeOf } from "../figures/paper";
import { usePanelCsv } from "../figures/publishedCsv";
import { fixed } from "../format";
import { onHover } from "../hover";
import { usedTheme } from "../shell/document";
import { layoutStore } from "../stores/layout";
import { setView, viewStore } from "../stores/view";

interface Props {
	readonly display: Display;
	readonly answer: AttentionAnswer;
	readonly rollout: number;
}

/** All heads small, and one of them large. */
export function AttentionMaps({ display, answer, rollout }: Props): JSX.Element {
	const theme = useStore(layoutStore, usedTheme);
	const chosen = useStore(viewStore, (v) => v.head);
	const { layers, heads, N, maps, rhythm } = answer;
	const head = Math.min(chosen, layers * heads - 1);
	const names = namesOf(display, rollout);
	usePanelCsv("attention", () => mapsCsv(answer, names), "maps");
	const map = maps.subarray(head * N * N, (head + 1) * N * N);
	return (
		<>
			<div className="head-grid-box">
				<label className="head-choice">
					<span className="visually-hidden">Head</span>
					<select value={head} onChange={(e) => setView({ head: Number(e.target.value) })}>
						{Array.from({ length: layers * heads }, (_, h) => headName(answer, h)).map((name, h) => (
							<option key={name} value={h}>
								{name}
							</option>
						))}
					</select>
				</label>
				<Grid answer={answer} head={head} theme={theme} onChoose={(head) => setView({ head })} />
				<p className="muted" title="Mean distance that the head looks back within the response, and its kind">
					<b className="printed">{headName(answer, head)} </b>looks {fixed(rhythm.distances[head] as number, 1)} tokens
					back
				</p>
			</div>
			<Enlarged
				answer={answer}
				map={map}
				names={names}
				theme={theme}
				label={headName(answer, head)}
				rollout={rollout}
			/>
		</>
	);
}

/** Tokens of prompt and response. */
function namesOf({ batch, tokens }: Display, b: number): string[] {
	const prompt = batch.promptTokens.subarray(batch.promptOffsets[b], batch.promptOffsets[b + 1]);
	const response = batch.tokens.subarray(b * batch.T, b * batch.T + (batch.lengths[b] as number));
	return Array.from([...prompt, ...response], (id) => tokens[id] ?? `#${id}`);
}

/** Layers and heads count from 1, as people do. */
function headName({ heads, rhythm }: AttentionAnswer, h: number): string {
	const kind = headKind(rhythm, h);
	return `Layer ${Math.floor(h / heads) + 1}, head ${(h % heads) + 1}${kind && `, ${kind}`}`;
}

interface GridProps {
	readonly answer: AttentionAnswer;
	readonly head: number;
	readonly theme: "light" | "dark";
	readonly onChoose: (head: number) => void;
}

/** A click chooses a head; the select above does the same by keyboard. */
function Grid({ answer, head, theme, onChoose }: GridProps): JSX.Element {
	const { layers, heads, rhythm } = answer;
	return (
		<div
			className="head-grid"
			style={{ aspectRatio: `${heads} / ${layers}` }}
			onPointerDown={(e) => {
				const { left, top, width, height } = e.currentTarget.getBoundingClientRect();
				const found = headAt(answer, (e.clientX - left) / width, (e.clientY - top) / height);
				if (found >= 0) onChoose(found);
			}}
		>
			<Chart
				redraws={onPaperTurn}
				draw={(element) =>
					drawHeadGrid(element, answer, {
						theme: themeOf(element, theme),
						label: `Attention maps of ${layers} layers of ${heads} heads`,
					})
				}
			/>
			<div className="head-marks" style={{ gridTemplateColumns: `repeat(${heads}, 1fr)` }} aria-hidden="true">
				{rhythm.distances.map((_, h) => (
					<span key={headName(answer, h)} data-chosen={h === head}>
						{{ local: "L", global: "G", "": "" }[headKind(rhythm, h)]}
					</span>
				))}
			</div>
		</div>
	);
}

interface EnlargedProps {
	readonly answer: AttentionAnswer;
	readonly map: Float32Array;
	readonly names: readonly string[];
	readonly theme: "light" | "dark";
	readonly label: string;
	readonly rollout: number;
}

function Enlarged({ answer, map, names, theme, label, rollout }: EnlargedProps): JSX.Element {
	const row = useRef(-1);
	const again = useRef<() => void>(() => undefined);
	useEffect(
		() =>
			onHover((token) => {
				row.current = token?.rollout === rollout ? answer.promptLength + token.token : -1;
				again.current();
			}),
		[rollout, answer],
	);
	return (
		<div className="head-large">
			<Chart
				className="chart"
				redraws={(redraw) => {
					again.current = redraw;
					return onPaperTurn(redraw);
				}}
				draw={(element, { width, height }) =>
					width > 0 &&
					drawHeadMap(
						element,
						{ names, map },
						{ width, height, theme: themeOf(element, theme), label, row: row.current },
					)
				}
			/>
		</div>
	);
}
