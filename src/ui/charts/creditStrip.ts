import type { RolloutBatch } from "../../engine/rollouts/batch";
import type { Segment } from "../credit/pages";
import { signed, spoken } from "../format";
import { ZERO_STEP } from "./creditColours";
import type { CreditScale } from "./creditScale";
import { type Selection, select } from "./select";
import { drawWord, endLine, lineBreak } from "./stripText";

/** One thin row of credit under the text. */
export interface CreditRow {
	readonly id: string;
	readonly label: string;
	/** `[B·T]`, NaN where not scored. */
	readonly values: Float64Array;
	/** Named parts that add up to `values`. */
	readonly terms: Readonly<Record<string, Float64Array>>;
	readonly scale: CreditScale;
	/** One sentence about the whole row. */
	readonly note?: string;
	/** The values are still being worked out. */
	readonly pending?: boolean;
	/** It was put beside the others by hand, and its place can be changed. */
	readonly movable?: boolean;
}

export interface StripData {
	readonly batch: RolloutBatch;
	/** Printable name of each token id. */
	readonly tokens: readonly string[];
	/** Rollouts, or parts of them, to draw in this order. */
	readonly segments: readonly Segment[];
	readonly rows: readonly CreditRow[];
	/** Unit that each token is read in `[B·T]`: cells of one unit are drawn as one. */
	readonly units: Int32Array;
	/** Token on which the credit of a file first differs from what it was computed again to be. */
	readonly mismatch?: { readonly rollout: number; readonly token: number } | null;
	/** Tokens from which on two rollouts read differently, at most one a rollout. */
	readonly parting?: readonly { readonly rollout: number; readonly token: number }[];
}

export interface StripOptions {
	readonly pinned: { readonly rollout: number; readonly token: number } | null;
	readonly marks: "cells" | "bars";
	readonly label: string;
	/** Row that the error belongs to. */
	readonly selected: string;
}

interface TokenMark {
	readonly rollout: number;
	readonly token: number;
}

/**
 * Draws rollouts as wrapped text with one credit row per method under each token, into `element`, an ARIA grid with one
 * tab stop. Drawing again with the same data changes nothing.
 *
 * Colour: the diverging 33-step scale; negative cells are hatched as well. Tokens of the environment have no cell. A token
 * that a method did not score has a dotted outline.
 */
export function drawCreditStrip(element: HTMLElement, data: StripData, options: StripOptions): void {
	const root = select(element)
		.attr("class", "strip")
		.attr("role", "grid")
		.attr("aria-label", options.label)
		.attr("data-marks", options.marks)
		.attr("data-rows", data.rows.length);

	const rollouts = root
		.selectAll<HTMLElement, Segment>("div.rollout")
		.data(data.segments)
		.join((enter) => enter.append("div").attr("class", "rollout").attr("role", "row").call(buildRollout))
		.attr("data-rollout", (s) => s.rollout);
	rollouts.each(function (segment) {
		drawHead(this, data.batch, segment.rollout);
		drawTokens(this, data, options, segment);
	});
	keepOneTabStop(element, options.pinned);
}

function buildRollout(row: Selection<HTMLDivElement, Segment, HTMLElement, undefined>): void {
	const head = row.append("div").attr("class", "rollout-head").attr("role", "rowheader");
	head.append("span").attr("class", "verdict");
	head.append("span").attr("class", "return");
	row.append("div").attr("class", "row-labels").attr("role", "presentation");
	row.append("div").attr("class", "tokens").attr("role", "presentation");
}

function drawHead(row: HTMLElement, batch: RolloutBatch, b: number): void {
	const good = batch.success?.[b];
	const value = batch.returns[b] as number;
	select(row)
		.select(".verdict")
		.attr("data-success", good === undefined ? "unknown" : String(good === 1))
		.attr("aria-label", good === undefined ? `rollout ${b}` : good === 1 ? "success" : "failure")
		.attr("role", "img")
		.text(good === undefined ? "\u00b7" : good === 1 ? "\u2713" : "\u2717");
	select(row).select(".return").text(signed(value)).attr("title", "Return of this rollout");
}

function drawTokens(row: HTMLElement, data: StripData, options: StripOptions, { rollout, from, to }: Segment): void {
	const { batch, rows } = data;
	select(row)
		.select(".row-labels")
		.selectAll("span")
		.data(rows)
		.join("span")
		.attr("data-row", (r) => r.id)
		.attr("data-selected", (r) => String(r.id === options.selected))
		.attr("data-movable", (r) => (r.movable ? "true" : null))
		.attr(
			"title",
			(r) => r.note ?? (r.movable ? "A click shows its error; drag it, or Alt \u2191 \u2193, to move the row" : null),
		)
		.text((r) => r.label);
	const marks = Array.from({ length: to - from }, (_, k): TokenMark => ({ rollout, token: from + k }));
	select(row)
		.select(".tokens")
		.selectAll<HTMLElement, TokenMark>("span.token")
		.data(marks)
		.join(appendToken)
		.attr("data-token", (d) => d.token)
		.attr("data-actor", (d) => (batch.actionMask[at(batch, d)] === 1 ? "policy" : "environment"))
		.attr("aria-label", (d) => spokenToken(data, d))
		.attr("data-mismatch", (d) => (isSame(d, data.mismatch ?? null) ? "true" : null))
		.attr("data-parting", (d) => (isParting(data, d) ? "true" : null))
		.attr("aria-selected", (d) => String(isSame(d, options.pinned)))
		.each(function (d) {
			drawToken(this, data, d);
			endLine(this, d.token + 1 < to && endsLine(data, d));
		});
}

const nameOf = ({ batch, tokens }: StripData, d: TokenMark) => {
	const id = batch.tokens[at(batch, d)] as number;
	return tokens[id] ?? `#${id}`;
};

/** Whether the text goes on in a new line after a token. */
const endsLine = (data: StripData, { rollout, token }: TokenMark): boolean =>
	lineBreak(nameOf(data, { rollout, token })) === "after" ||
	lineBreak(nameOf(data, { rollout, token: token + 1 })) === "before";

function appendToken(enter: Selection<never, TokenMark, Element, unknown> | unknown) {
	const token = (enter as Selection<Element, TokenMark, Element, unknown>)
		.append("span")
		.attr("class", "token")
		.attr("role", "gridcell")
		.attr("tabindex", -1) as Selection<HTMLSpanElement, TokenMark, Element, unknown>;
	token.append("span").attr("class", "word");
	return token;
}

function drawToken(element: HTMLElement, data: StripData, mark: TokenMark): void {
	const { batch, units } = data;
	const i = at(batch, mark);
	const paid = batch.rewards[i] as number;
	const unit = units[i] as number;
	const joined = unit >= 0 && mark.token > 0 && units[i - 1] === unit;
	const token = select(element).attr("data-joined", String(joined));
	token.select<HTMLElement>(".word").each(function () {
		drawWord(this, nameOf(data, mark));
	});
	token
		.selectAll("span.paid")
		.data(paid === 0 ? [] : [paid])
		.join("span")
		.attr("class", (r) => (Number.isInteger(r) ? "paid" : "paid long"))
		.text((r) => signed(r, Number.isInteger(r) ? 0 : 2));
	token
		.selectAll("i")
		.data(batch.actionMask[i] === 1 ? data.rows : [])
		.join("i")
		.attr("data-row", (row) => row.id)
		.attr("class", (row) => (row.pending ? "cell pending" : cellClass(row.scale.step(row.values[i] as number))));
}

/** Class of a mark of credit: its colour step, and `neg` or `absent`, which do not rely on colour. */
export function stepClass(step: number): string {
	if (step < 0) return "absent";
	return `q${step}${step < ZERO_STEP ? " neg" : ""}`;
}

/** Class of a credit cell. */
export const cellClass = (step: number): string => `cell ${stepClass(step)}`;

/** What a screen reader says of a token: its name, who wrote it, and each method's credit. */
function spokenToken(data: StripData, mark: TokenMark): string {
	const { batch, tokens, rows, mismatch } = data;
	const i = at(batch, mark);
	const name = tokens[batch.tokens[i] as number] ?? `token ${batch.tokens[i]}`;
	const parts = isParting(data, mark) ? ["the two rollouts part here"] : [];
	if (batch.actionMask[i] !== 1) return [`${name}, written by the environment`, ...parts].join(", ");
	const spokenRow = (row: CreditRow) => (row.pending ? "being worked out" : spoken(row.values[i] as number));
	const differs = isSame(mark, mismatch ?? null) ? ["theirs and ours differ here first"] : [];
	return [name, ...rows.map((row) => `${row.label} ${spokenRow(row)}`), ...differs, ...parts].join(", ");
}

const isParting = ({ parting }: StripData, d: TokenMark) => parting?.some((p) => isSame(d, p)) ?? false;
const at = (batch: RolloutBatch, { rollout, token }: TokenMark) => rollout * batch.T + token;
const isSame = (d: TokenMark, pinned: StripOptions["pinned"]) =>
	pinned !== null && d.rollout === pinned.rollout && d.token === pinned.token;

/** The grid has one tab stop: the token that has the focus, else the pinned one, else the first. */
function keepOneTabStop(element: HTMLElement, pinned: StripOptions["pinned"]): void {
	const stops = [...element.querySelectorAll<HTMLElement>('.token[tabindex="0"]')];
	const wanted =
		element.querySelector<HTMLElement>(".token:focus") ??
		(pinned ? findToken(element, pinned.rollout, pinned.token) : null) ??
		stops[0] ??
		element.querySelector<HTMLElement>(".token");
	for (const stop of stops) if (stop !== wanted) stop.tabIndex = -1;
	if (wanted && wanted.tabIndex !== 0) wanted.tabIndex = 0;
}

function findToken(element: HTMLElement, rollout: number, token: number): HTMLElement | null {
	return element.querySelector(`[data-rollout="${rollout}"] [data-token="${token}"]`);
}

/** The token that an event happened on, with its element; null beside all tokens. */
export function tokenOf(target: EventTarget | null): { rollout: number; token: number; element: HTMLElement } | null {
	const element = target instanceof Element ? target.closest<HTMLElement>(".token") : null;
	const row = element?.closest<HTMLElement>(".rollout");
	if (!element || !row) return null;
	return { rollout: Number(row.dataset.rollout), token: Number(element.dataset.token), element };
}

/** Moves the focus within the grid: tokens to the left and right, rollouts up and down, ends with Home and End. */
export function moveFocus(element: HTMLElement, from: HTMLElement, key: string): boolean {
	const row = from.closest<HTMLElement>(".rollout");
	if (!row) return false;
	const rows = [...element.querySelectorAll<HTMLElement>(".rollout")];
	const inRow = (r: HTMLElement | undefined) => [...(r?.querySelectorAll<HTMLElement>(".token") ?? [])];
	const here = inRow(row);
	const t = here.indexOf(from);
	const nearest = (tokens: HTMLElement[]) => tokens[Math.min(t, tokens.length - 1)];
	const r = rows.indexOf(row);
	const to = {
		ArrowRight: here[t + 1] ?? inRow(rows[r + 1])[0],
		ArrowLeft: here[t - 1] ?? inRow(rows[r - 1]).at(-1),
		ArrowDown: nearest(inRow(rows[r + 1])),
		ArrowUp: nearest(inRow(rows[r - 1])),
		Home: here[0],
		End: here.at(-1),
	}[key];
	if (!to) return false;
	from.tabIndex = -1;
	to.tabIndex = 0;
	to.focus();
	return true;
}
