/** Marks of white space in printed tokens, alone or in a run. */
const SPACE_MARKS = /[⏎⇥⋅]+/;
const MARKS_APART = new RegExp(`(${SPACE_MARKS.source})`);

/** Whether a line ends before a printed token, after it, or neither: white space alone ends the line that it stands in. */
export function lineBreak(name: string): "before" | "after" | null {
	const rest = name.replace(/^[⏎⇥⋅]+/, "");
	if (rest === "") return name.includes("⏎") ? "after" : null;
	if (name.slice(0, name.length - rest.length).includes("⏎")) return "before";
	return /⏎[⇥⋅]*$/.test(name) ? "after" : null;
}

/** Puts one line break behind a token, or takes away what stands there from before. */
export function endLine(token: HTMLElement, ends: boolean): void {
	let kept = false;
	for (let next = token.nextElementSibling; next?.classList.contains("line-end"); ) {
		const after = next.nextElementSibling;
		if (ends && !kept) kept = true;
		else next.remove();
		next = after;
	}
	if (!ends || kept) return;
	const end = document.createElement("span");
	end.className = "line-end";
	token.after(end);
}

/** Characters from which on a token has a frame of its own to scroll in. */
const LONG = 600;

/** A token's text; marks of white space are faint. */
export function drawWord(word: HTMLElement, name: string): void {
	if (word.textContent === name) return;
	word.className = name.length > LONG ? "word lengthy" : "word";
	if (!SPACE_MARKS.test(name)) word.textContent = name;
	else
		word.replaceChildren(
			...name.split(MARKS_APART).map((part) => {
				if (!SPACE_MARKS.test(part)) return part;
				const space = document.createElement("span");
				space.className = "space";
				space.textContent = part;
				return space;
			}),
		);
}
