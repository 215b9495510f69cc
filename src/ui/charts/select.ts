import { select as d3Select, selection } from "d3-selection";

export type { Selection } from "d3-selection";
export const select = d3Select;

type ValueFn = (this: Element, ...at: readonly [unknown, number, ArrayLike<Element>]) => unknown;
interface Writing {
	each(write: ValueFn): Writing;
	attr(name: string, ...value: readonly [unknown?]): unknown;
	text(...value: readonly [unknown?]): unknown;
}

const writing = selection.prototype as Writing;
const { attr, text } = writing;

/** What `value` is for each element of a selection; null stands for undefined too. */
const functionOf = (value: unknown): ValueFn => (typeof value === "function" ? (value as ValueFn) : () => value);

/*
 * D3 writes an attribute or a text whether or not it is there already. The browser then takes the element for changed: it resolves its style
 * and lays it out again, a word by its letters and a path by its points. Here only what differs is written, by every chart and axis.
 */
writing.attr = function (this: Writing, name, ...value) {
	if (value.length === 0 || name.includes(":")) return attr.call(this, name, ...value);
	const of = functionOf(value[0]);
	return this.each(function (...at) {
		const wanted = of.apply(this, at) ?? null;
		if (wanted === null) this.removeAttribute(name);
		else if (this.getAttribute(name) !== String(wanted)) this.setAttribute(name, String(wanted));
	});
};
writing.text = function (this: Writing, ...value) {
	if (value.length === 0) return text.call(this);
	const of = functionOf(value[0]);
	return this.each(function (...at) {
		const wanted = String(of.apply(this, at) ?? "");
		if (this.textContent !== wanted) this.textContent = wanted;
	});
};
